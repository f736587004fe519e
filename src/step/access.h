/* SPDX-License-Identifier: MIT */
/*
 * CheckAccess: the application's own check, in place of the kernel's.
 *
 * What an operation needs is said when it is decoded, and asked before its first step: each file under a claim of its
 * own, which is dropped before the operation takes those that it works with. So a hook that is slow to answer keeps
 * nobody from the files that the operation is about.
 */
#ifndef CBF__STEP_ACCESS_H
#define CBF__STEP_ACCESS_H

#include "step/step.h"

/* Is it hooked? */
bool cbf__checks_access(const struct cbf_volume *volume);

/* The request needs CBF_ACCESS_* of a node that it has bound; NULL or no rights: nothing. Not a step. */
void cbf__want_access(struct cbf__request *rq, struct cbf__node *node, unsigned desired);
/* The same, of the file behind names[i]. 0, or ESTALE if the name is not known (the kernel looks again then). */
int cbf__want_access_behind(struct cbf__request *rq, unsigned i, unsigned desired);
/* Fires CheckAccess for all that is wanted, until one is refused. Called without claims; ends without claims. */
enum cbf__flow cbf__step_check_access(struct cbf__request *rq);

#endif
