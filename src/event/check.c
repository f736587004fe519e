/* SPDX-License-Identifier: MIT */
/*
 * The answers of hooks, checked before anything is done with them. A bad one is told to OnError and becomes EIO: it
 * must reach neither the kernel (which hangs on some) nor the tables of the library.
 */
#include "event/check.h"

#include <errno.h>
#include <string.h>

int cbf__check_answer(struct cbf_volume *volume, enum cbf__event_id id, union cbf__event *event, int result)
{
	const struct cbf__event_shape *shape = &cbf__event_shapes[id];
	const char *path = "";
	const char *fault;

	if (shape->path >= 0)
		memcpy(&path, (const char *)event + shape->path, sizeof(path));
	if (result < 0 || result > CBF_RESULT_MAX) {
		cbf__report(volume, EIO,
			    "%s %.300s: the hook answered result code %d, which is not in 0..%d; EIO is sent",
			    shape->name, path, result, CBF_RESULT_MAX);
		return EIO;
	}
	fault = result == 0 && shape->fault ? shape->fault(event) : NULL;
	if (!fault)
		return result;
	cbf__report(volume, EIO, "%s %.300s: the hook %s; EIO is sent", shape->name, path, fault);
	return EIO;
}
