/* SPDX-License-Identifier: MIT */
/* A small tree in which names are claimed. Include cmocka.h before. */
#ifndef CLAIM_FIXTURE_H
#define CLAIM_FIXTURE_H

#include "claim_helpers.h"

/* /a/b/x, /a/y, /c/z, where x and z are one file's names; the kernel knows them all. */
struct fixture {
	struct cbf__tree *tree;
	struct cbf__node *root, *a, *b, *c, *x, *y;
};

static int set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	f->tree = new_tree(true, true);
	f->root = f->tree->root;
	f->a = look_up(f->tree, f->root, "a", 2, S_IFDIR);
	f->b = look_up(f->tree, f->a, "b", 3, S_IFDIR);
	f->c = look_up(f->tree, f->root, "c", 4, S_IFDIR);
	f->x = look_up(f->tree, f->c, "z", 5, S_IFREG);
	f->x = look_up(f->tree, f->b, "x", 5, S_IFREG);
	f->y = look_up(f->tree, f->a, "y", 6, S_IFREG);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	for (uint64_t id = 6; id >= 2; id--) {
		struct cbf__node *node = cbf__node_find(f->tree, id);

		assert_non_null(node);
		assert_int_equal(node->pins, 0);
		for (const struct cbf__list *link = node->names.next; link != &node->names; link = link->next)
			assert_int_equal(((const struct cbf__name *)(const void *)((const char *)link -
										   offsetof(struct cbf__name, of_node)))
						 ->references,
					 1);
		cbf__node_forget(f->tree, node, 2);
	}
	end_tree(f->tree);
	test_free(f);
	return 0;
}

#endif
