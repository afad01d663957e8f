# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# steps.sh - the kinds of step a story is told with, each judged against what it said would happen.
#
# A step has a title and any number of tries. Each try shows the command line, what the client said,
# what the audit log says of it, and how long it took. Sourced by the story.

shopt -s extglob

steps=0         # begun
steps_wrong=0   # of them, not as told
step_is_wrong='' # the current one is counted already
seen=0          # last audit record that was looked at
words='' status=0 took=0 records=''
job='' job_words='' job_begun=0 job_seen=0
shown=''        # stands for a command line that is too long to read

if [[ -n ${WARDEN_COLOUR:-} ]]; then
	bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
	bold='' dim='' green='' red='' plain=''
fi

# step TITLE: the next one begins.
step() {
	steps=$((steps + 1))
	step_is_wrong=''
	printf '\n%s%2d. %s%s\n' "$bold" "$steps" "$1" "$plain"
}

# --- showing ---------------------------------------------------------------------

# show_command COMMAND...: as one would type it.
show_command() {
	[[ $1 != bash ]] || set -- "$3"
	[[ -z $shown ]] || set -- "$shown"
	printf '    %s$ %s%s\n' "$bold" "$*" "$plain"
}

# show_words COLOUR TEXT: at most eight lines of what was said, without empty ones.
show_words() {
	local colour=$1 line
	while IFS= read -r line; do
		[[ -z $line ]] || printf '      %s%s%s\n' "$colour" "$line" "$plain"
	done < <(head -n 8 <<<"$2")
}

# show_reason: of the new records, the last that tells a reason.
show_reason() {
	local line
	line=$(grep ': ' <<<"$records" | tail -n 1) || return 0
	printf '      %srecord %s: %s%s\n' "$dim" "${line%% *}" "${line#*: }" "$plain"
}

# judge RIGHT WHAT: the end of a try; RIGHT is "yes" where it went as told.
judge() {
	if [[ $1 == yes ]]; then
		printf '      %sas told: %s%s%s\n' "$green" "$2" "$plain" "$dim ($took ms)$plain"
		return
	fi
	printf '      %sNOT AS TOLD: should be %s%s (%s ms, exit status %s)\n' "$red" "$2" "$plain" "$took" "$status"
	show_words "$red" "$records"
	[[ -n $step_is_wrong ]] || steps_wrong=$((steps_wrong + 1))
	step_is_wrong=yes
}

# says TEXT PATTERN: "yes" if the text holds a match.
says() {
	if grep -Eq -- "$2" <<<"$1"; then echo yes; else echo no; fi
}

# --- trying ------------------------------------------------------------------------

now_us() {
	echo "${EPOCHREALTIME/./}"
}

# attempt COMMAND...: runs it and keeps its words, its status and its time.
attempt() {
	local begun
	begun=$(now_us)
	status=0
	words=$("$@" 2>&1 </dev/null) || status=$?
	took=$((($(now_us) - begun) / 1000))
	words=${words/#*steps.sh: line +([0-9]): } # where it is the shell that speaks
}

# news: what the audit log holds that was not looked at yet; nothing, once the module is gone.
news() {
	local last
	records=$(wardenctl audit show --since "$((seen + 1))" 2>/dev/null) || records=''
	[[ -n $records ]] || return 0
	last=${records##*$'\n'}
	seen=${last%% *}
}

# wait_until SECONDS COMMAND...: tries it until it succeeds.
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[[ $SECONDS -lt $end ]] || return 1
		sleep 0.1
	done
}

# --- the kinds of step ----------------------------------------------------------------

# works WHAT PATTERN COMMAND...: the command succeeds and its words match.
works() {
	local what=$1 pattern=$2
	shift 2
	show_command "$@"
	attempt "$@"
	news
	show_words "$dim" "$words"
	if [[ $status -eq 0 ]]; then
		judge "$(says "$words" "$pattern")" "$what"
	else
		judge no "$what"
	fi
}

# refused PATTERN REASON COMMAND...: the client's words match, and the log gives the reason. An empty
# REASON is for what never gets as far as a record.
refused() {
	local pattern=$1 reason=$2
	shift 2
	show_command "$@"
	attempt "$@"
	news
	show_words "$dim" "$words"
	[[ -z $reason ]] || show_reason
	if [[ $(says "$words" "$pattern") == yes && (-z $reason || $(says "$records" "$reason") == yes) ]]; then
		judge yes "refused"
	else
		judge no "refused, with '$pattern' and the reason '$reason'"
	fi
}

# begins WHAT TEST COMMAND...: the command is left running; TEST, a function given the file with its
# words, tells when it is at work.
begins() {
	local what=$1 test=$2
	shift 2
	show_command "$@" '&'
	job_words=$(mktemp)
	job_begun=$(now_us)
	job_seen=$seen
	"$@" >"$job_words" 2>&1 </dev/null &
	job=$!
	status=0
	wait_until 15 "$test" "$job_words" || status=1
	took=$((($(now_us) - job_begun) / 1000))
	news
	judge "$([[ $status -ne 0 ]] || echo yes)" "$what"
}

# ends REASON: what was left running ends by itself, with that reason in the log.
ends() {
	local reason=$1 begun
	begun=$(now_us)
	status=0
	wait_until 20 is_over "$job" || kill -KILL "$job"
	wait "$job" || status=$?
	took=$((($(now_us) - begun) / 1000))
	read_job_words
	seen=$job_seen
	news
	show_words "$dim" "$words"
	show_reason
	judge "$(says "$records" "session-end.*$reason")" "it ended"
}

# read_job_words: without the marks of frames; a program that a signal ended says nothing itself.
read_job_words() {
	words=$(tr -d '<' <"$job_words" | sed 's/^ *[0-9.]* fps//')
	rm -f "$job_words"
	[[ $status -le 128 ]] || words+="(ended by SIG$(kill -l "$status"): its memory was taken away)"
}

is_over() {
	! kill -0 "$1" 2>/dev/null
}

# sum_up: the last lines; returns 1 if a step did not go as told.
sum_up() {
	local right=$((steps - steps_wrong)) colour=$green
	[[ $steps_wrong -eq 0 ]] || colour=$red
	printf '\n%s%d of %d steps as told%s, in %d s of the guest\n' "$colour$bold" "$right" "$steps" "$plain" "$SECONDS"
	echo "Read on: README.md, then Documentation/admin-guide.rst; what Warden does not do stands first in Documentation/threat-model.rst"
	[[ $steps_wrong -eq 0 ]]
}
