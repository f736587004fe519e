/* SPDX-License-Identifier: MIT */
/* Names that go and names that move through the mount, and what is left of files without a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tree_helpers.h"

enum { DIRECTORIES = 5, TEXTS = 7, FILES = 9, ROUNDS = 20000 };

static int set_up(void **state)
{
	*state = new_tree(true, true);
	return 0;
}

static int tear_down(void **state)
{
	end_tree(*state);
	return 0;
}

static void unlink_name(struct cbf__tree *tree, struct cbf__node *dir, const char *text, uint32_t left)
{
	cbf__tree_unlink(tree, find_name(tree, dir, text), left, &(struct stat){.st_size = 42, .st_nlink = 9});
}

static bool move_name(struct cbf__tree *tree, struct cbf__node *dir, const char *text, struct cbf__node *new_dir,
		      const char *new_text)
{
	return cbf__tree_move(tree, find_name(tree, dir, text), new_dir, new_text, strlen(new_text));
}

static void file_lives_on_by_its_other_name(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", 5, S_IFREG);

	look_up(tree, tree->root, "y", 5, S_IFREG);
	unlink_name(tree, tree->root, "y", 1);
	assert_null(find_name(tree, tree->root, "y"));
	assert_int_equal(x->hard_links, 1);
	assert_false(x->dead);
	assert_null(x->gone);
	expect_path(x, "/x");
	assert_ptr_equal(cbf__node_find_file_id(tree, 5), x);
	cbf__node_forget(tree, x, 2);
}

static void file_dies_with_its_last_name(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 4, S_IFDIR);
	struct cbf__node *x = look_up(tree, a, "x", 5, S_IFREG);

	unlink_name(tree, a, "x", 0);
	assert_true(x->dead);
	assert_int_equal(x->hard_links, 0);
	assert_null(cbf__node_find_file_id(tree, 5));
	assert_ptr_equal(cbf__node_find(tree, 5), x);
	assert_non_null(x->gone);
	assert_string_equal(x->gone->path, "/a/x");
	assert_int_equal(x->gone->attr.st_size, 42);
	assert_int_equal(x->gone->attr.st_nlink, 0);
	expect_path(x, "/a/x");
	cbf__node_forget(tree, a, 1);
	expect_counts(tree, 2, 0);
	cbf__node_forget(tree, x, 1);
}

static void unused_file_is_freed_with_its_name_and_directory(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 4, S_IFDIR);
	struct cbf__node *b = look_up(tree, a, "b", 5, S_IFDIR);
	struct cbf__node *x = look_up(tree, b, "x", 6, S_IFREG);

	a->lookups = b->lookups = x->lookups = 0;
	unlink_name(tree, b, "x", 0);
	expect_counts(tree, 1, 0);
}

/* The application says that names are left, though we know of none. */
static void file_without_a_known_name_may_get_one_again(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", 5, S_IFREG);

	unlink_name(tree, tree->root, "x", 2);
	assert_false(x->dead);
	assert_int_equal(x->hard_links, 2);
	assert_null(cbf__node_name(x));
	assert_non_null(x->gone);
	assert_int_equal(x->gone->attr.st_nlink, 2);
	expect_path(x, "/x");
	assert_ptr_equal(look_up(tree, tree->root, "z", 5, S_IFREG), x);
	assert_null(x->gone);
	expect_path(x, "/z");
	cbf__node_forget(tree, x, 2);
}

static void file_id_may_come_back_once_it_is_dead(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *old = look_up(tree, tree->root, "x", 5, S_IFREG), *new;

	unlink_name(tree, tree->root, "x", 0);
	new = look_up(tree, tree->root, "x", 5, S_IFREG);
	assert_ptr_not_equal(new, old);
	assert_true(new->id != old->id);
	expect_path(new, "/x");
	expect_path(old, "/x");
	assert_non_null(old->gone);
	cbf__node_forget(tree, old, 1);
	assert_ptr_equal(cbf__node_find_file_id(tree, 5), new);
	cbf__node_forget(tree, new, 1);
}

static void lost_name_leaves_a_living_file(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", 5, S_IFREG), *other;

	look_up(tree, tree->root, "y", 5, S_IFREG);
	cbf__tree_lose(tree, find_name(tree, tree->root, "y"));
	assert_null(x->gone);
	expect_path(x, "/x");
	cbf__tree_lose(tree, find_name(tree, tree->root, "x"));
	assert_false(x->dead);
	assert_ptr_equal(cbf__node_find_file_id(tree, 5), x);
	assert_non_null(x->gone);
	assert_int_equal(x->gone->attr.st_mode, S_IFREG);
	expect_path(x, "/x");
	other = look_up(tree, tree->root, "x", 6, S_IFREG);
	cbf__node_forget(tree, x, 2);
	cbf__node_forget(tree, other, 1);
}

static void unused_file_is_freed_with_its_lost_name(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", 5, S_IFREG);

	x->lookups = 0;
	cbf__tree_lose(tree, find_name(tree, tree->root, "x"));
	expect_counts(tree, 1, 0);
}

static void children_of_a_directory_without_a_name_know_its_path(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 4, S_IFDIR);
	struct cbf__node *b = look_up(tree, a, "b", 5, S_IFDIR);
	struct cbf__node *c = look_up(tree, b, "c", 6, S_IFDIR);
	struct cbf__node *x = look_up(tree, c, "x", 7, S_IFREG);

	cbf__tree_lose(tree, find_name(tree, a, "b"));
	expect_path(x, "/a/b/c/x");
	assert_true(cbf__node_is_below(x, b));
	assert_false(cbf__node_is_below(x, a));
	cbf__node_forget(tree, a, 1);
	cbf__node_forget(tree, b, 1);
	cbf__node_forget(tree, c, 1);
	expect_counts(tree, 4, 2); /* held by x */
	expect_path(x, "/a/b/c/x");
	unlink_name(tree, c, "x", 0);
	expect_path(x, "/a/b/c/x");
	expect_counts(tree, 2, 0); /* what x had held is gone */
	cbf__node_forget(tree, x, 1);
}

static void moved_file_is_found_under_its_new_name(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 4, S_IFDIR);
	struct cbf__node *x = look_up(tree, tree->root, "x", 5, S_IFREG);

	look_up(tree, tree->root, "other", 5, S_IFREG);
	assert_true(move_name(tree, tree->root, "x", a, "y"));
	assert_null(find_name(tree, tree->root, "x"));
	assert_null(find_name(tree, a, "x"));
	assert_ptr_equal(find_name(tree, a, "y")->node, x);
	assert_ptr_equal(find_name(tree, tree->root, "other")->node, x);
	assert_int_equal(x->pins, 0);
	expect_path(x, "/a/y");
	expect_counts(tree, 3, 3);
	cbf__node_forget(tree, a, 1);
	cbf__node_forget(tree, x, 2);
}

static void moved_directory_takes_what_is_inside_along(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 4, S_IFDIR);
	struct cbf__node *b = look_up(tree, tree->root, "b", 5, S_IFDIR);
	struct cbf__node *d = look_up(tree, a, "d", 6, S_IFDIR);
	struct cbf__node *x = look_up(tree, d, "x", 7, S_IFREG);

	assert_true(move_name(tree, a, "d", b, "e"));
	expect_path(x, "/b/e/x");
	assert_int_equal(a->children, 0);
	assert_int_equal(b->children, 1);
	assert_int_equal(d->children, 1);
	assert_ptr_equal(find_name(tree, d, "x")->node, x);
	assert_true(cbf__node_is_below(x, b));
	assert_false(cbf__node_is_below(x, a));
	for (uint64_t id = 4; id <= 7; id++)
		cbf__node_forget(tree, cbf__node_find(tree, id), 1);
}

/* While directories move natively as well, what is said of them may come from different moments. A loop in the tree
 * would be walked for ever, with the lock held. */
static void directory_never_comes_to_lie_below_itself(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 4, S_IFDIR);
	struct cbf__node *b = look_up(tree, a, "b", 5, S_IFDIR);

	assert_false(move_name(tree, tree->root, "a", b, "a"));
	assert_false(cbf__node_is_below(a, b));
	assert_true(cbf__node_is_below(b, a));
	assert_null(cbf__node_name(a));
	assert_null(cbf__name_add(tree, a, "self", 4, a));
	cbf__node_forget(tree, b, 1);
	cbf__node_forget(tree, a, 1);
}

static void file_that_is_moved_back_has_its_name_again(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", 5, S_IFREG);

	for (int i = 0; i < 100; i++) {
		assert_true(move_name(tree, tree->root, "x", tree->root, "y"));
		assert_true(move_name(tree, tree->root, "y", tree->root, "x"));
	}
	expect_path(x, "/x");
	expect_counts(tree, 2, 1);
	cbf__node_forget(tree, x, 1);
}

static void unused_file_is_freed_after_it_has_moved(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", 5, S_IFREG);

	x->lookups = 0;
	assert_true(move_name(tree, tree->root, "x", tree->root, "y"));
	expect_counts(tree, 1, 0);
}

static void referenced_name_outlives_the_tree(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", 5, S_IFREG);
	struct cbf__name *moved = find_name(tree, tree->root, "x"), *freed;

	moved->references++;
	assert_true(move_name(tree, tree->root, "x", tree->root, "y"));
	assert_false(moved->in_tree);
	assert_null(moved->dir);
	assert_null(moved->node);
	assert_string_equal(moved->text, "x");
	freed = find_name(tree, tree->root, "y");
	freed->references++;
	cbf__node_forget(tree, x, 1);
	assert_false(freed->in_tree);
	assert_string_equal(freed->text, "y");
	expect_counts(tree, 1, 0);
	cbf__name_release(moved);
	cbf__name_release(freed);
}

/* What is where, by FileId; 0: nothing. Files are FIRST_FILE and following. */
struct model {
	struct cbf__tree *tree;
	struct cbf__node *directories[DIRECTORIES];
	uint64_t files[DIRECTORIES][TEXTS];
	unsigned seed;
};

enum { FIRST_FILE = 100 };

static unsigned pick(struct model *m, unsigned below)
{
	return (unsigned)rand_r(&m->seed) % below;
}

/* A file dies with the last name; its FileId then is another file's, which the model need not tell apart. */
static uint32_t names_of(const struct model *m, uint64_t file)
{
	uint32_t count = 0;

	for (unsigned i = 0; i < DIRECTORIES * TEXTS; i++)
		count += m->files[i / TEXTS][i % TEXTS] == file;
	return count;
}

static void forget_file(struct model *m, uint64_t file)
{
	struct cbf__node *node = cbf__node_find_file_id(m->tree, file);

	if (!node)
		return;
	cbf__node_forget(m->tree, node, UINT64_MAX);
	assert_null(cbf__node_find_file_id(m->tree, file));
	for (unsigned i = 0; i < DIRECTORIES * TEXTS; i++)
		if (m->files[i / TEXTS][i % TEXTS] == file)
			m->files[i / TEXTS][i % TEXTS] = 0;
}

static void change(struct model *m)
{
	static const char *const texts[TEXTS] = {"a", "b", "ab", "ba", "a-longer-name", "c", "d"};
	unsigned d = pick(m, DIRECTORIES), t = pick(m, TEXTS), to_d = pick(m, DIRECTORIES), to_t = pick(m, TEXTS);
	uint64_t *file = &m->files[d][t], *to = &m->files[to_d][to_t];
	unsigned what = pick(m, 10);

	if (what == 0) {
		forget_file(m, FIRST_FILE + pick(m, FILES));
	} else if (!*file || what < 4) {
		*file = FIRST_FILE + pick(m, FILES);
		look_up(m->tree, m->directories[d], texts[t], *file, S_IFREG);
	} else if (what < 6) {
		uint64_t gone = *file;

		*file = 0;
		if (names_of(m, gone) == 0) /* its node would stay, dead */
			cbf__node_find_file_id(m->tree, gone)->lookups = 0;
		unlink_name(m->tree, m->directories[d], texts[t], names_of(m, gone));
	} else if (what < 7) {
		*file = 0;
		cbf__tree_lose(m->tree, find_name(m->tree, m->directories[d], texts[t]));
	} else if (!*to) {
		*to = *file;
		*file = 0;
		assert_true(move_name(m->tree, m->directories[d], texts[t], m->directories[to_d], texts[to_t]));
	}
	for (unsigned i = 0; i < DIRECTORIES * TEXTS; i++) {
		const struct cbf__name *name = find_name(m->tree, m->directories[i / TEXTS], texts[i % TEXTS]);

		assert_int_equal(name ? name->node->file_id : 0, m->files[i / TEXTS][i % TEXTS]);
	}
	assert_int_equal(m->tree->names.count, DIRECTORIES + DIRECTORIES * TEXTS - names_of(m, 0));
}

static void random_changes_agree_with_a_model(void **state)
{
	struct model m = {.tree = *state, .seed = 1};

	for (unsigned d = 0; d < DIRECTORIES; d++) {
		char text[8];

		snprintf(text, sizeof(text), "d%u", d);
		m.directories[d] = look_up(m.tree, m.tree->root, text, 2 + d, S_IFDIR);
	}
	for (int i = 0; i < ROUNDS; i++)
		change(&m);
	for (unsigned file = FIRST_FILE; file < FIRST_FILE + FILES; file++)
		forget_file(&m, file);
	for (unsigned d = 0; d < DIRECTORIES; d++)
		cbf__node_forget(m.tree, m.directories[d], 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(file_lives_on_by_its_other_name),
		TEST(file_dies_with_its_last_name),
		TEST(unused_file_is_freed_with_its_name_and_directory),
		TEST(file_without_a_known_name_may_get_one_again),
		TEST(file_id_may_come_back_once_it_is_dead),
		TEST(lost_name_leaves_a_living_file),
		TEST(unused_file_is_freed_with_its_lost_name),
		TEST(children_of_a_directory_without_a_name_know_its_path),
		TEST(moved_file_is_found_under_its_new_name),
		TEST(moved_directory_takes_what_is_inside_along),
		TEST(directory_never_comes_to_lie_below_itself),
		TEST(file_that_is_moved_back_has_its_name_again),
		TEST(unused_file_is_freed_after_it_has_moved),
		TEST(referenced_name_outlives_the_tree),
		TEST(random_changes_agree_with_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
