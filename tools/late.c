// SPDX-License-Identifier: GPL-2.0-only
#include <dlfcn.h>
#include <errno.h>

#include "late.h"

int warden_late_open(const char *library, const struct warden_late *functions, size_t n,
		     struct warden_fault *f)
{
	void *handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
	size_t i;

	for (i = 0; handle && i < n; i++) {
		*functions[i].at = dlsym(handle, functions[i].name);
		if (!*functions[i].at)
			handle = NULL;
	}
	if (handle)
		return 0;
	return warden_fault_set(f, -ENOENT, "install the package that has this library", "%s",
				dlerror());
}
