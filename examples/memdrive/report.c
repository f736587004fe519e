/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

void report_error(struct report *report, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (atomic_load(&report->uses_log))
		syslog(LOG_ERR, "%s", text);
	else
		dprintf(STDERR_FILENO, "memdrive: %s\n", text); /* in one piece, whichever thread it comes from */
}

void report_use_log(struct report *report)
{
	openlog("memdrive", LOG_PID, LOG_DAEMON);
	atomic_store(&report->uses_log, true);
}
