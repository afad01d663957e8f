policy load --layer operator unpadded.bin
