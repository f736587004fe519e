/* SPDX-License-Identifier: MIT */
/* What operations need of a file, in CBF_ACCESS_*. */
#ifndef CBF__ACCESS_OPS_H
#define CBF__ACCESS_OPS_H

#include "fuse/ops.h"
#include "step/access.h"

/* R_OK, W_OK, X_OK. */
unsigned cbf__access_of_mask(int mask, bool directory);
unsigned cbf__access_of_open(int flags);
unsigned cbf__access_of_attributes(const struct cbf__attributes *attributes, bool by_handle);
unsigned cbf__access_of_xattr(const char *name, bool write);

#endif
