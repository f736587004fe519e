/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "report.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

void report_init(struct report *report)
{
	pthread_mutex_init(&report->lock, NULL);
	/* A copy, since whoever puts us into the background may take the standard descriptors away. */
	report->fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

void report_destroy(struct report *report)
{
	if (report->fd >= 0)
		close(report->fd);
	pthread_mutex_destroy(&report->lock);
}

void report_error(struct report *report, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	pthread_mutex_lock(&report->lock);
	if (report->fd >= 0)
		dprintf(report->fd, "mirror: %s\n", text);
	else
		syslog(LOG_ERR, "%s", text);
	pthread_mutex_unlock(&report->lock);
}

static void point_standard_descriptors_to_nothing(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; standard++)
		dup2(fd, standard);
	if (fd > STDERR_FILENO)
		close(fd);
}

void report_detach(struct report *report)
{
	openlog("mirror", LOG_PID, LOG_DAEMON);
	pthread_mutex_lock(&report->lock);
	if (report->fd >= 0)
		close(report->fd);
	report->fd = -1;
	pthread_mutex_unlock(&report->lock);
	point_standard_descriptors_to_nothing();
}
