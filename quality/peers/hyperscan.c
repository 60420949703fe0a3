// How fast Hyperscan merely finds 10,000 literals in posts, without case: the floor that docs/quality/matching.md compares with.
// gcc -O2 hyperscan.c -lhs -o hyperscan && ./hyperscan posts.txt queries-10000.txt
#include <ctype.h>
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LITERALS = 10000, POSTS = 100000 };

static unsigned long found;

static int count(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  found++;
  return 0;
}

int main(int argc, char **argv) {
  static char *literals[LITERALS], *posts[POSTS], line[1 << 16];
  static unsigned flags[LITERALS], ids[LITERALS];
  size_t lengths[POSTS], posts_read = 0;
  unsigned taken = 0;
  FILE *file = fopen(argv[2], "r");
  // The words of the queries, each once; single letters and operators left out.
  while (taken < LITERALS && fgets(line, sizeof line, file))
    for (char *word = strtok(line, " ()\n"); word && taken < LITERALS; word = strtok(NULL, " ()\n")) {
      if (strlen(word) < 3 || !strcmp(word, "and") || !strcmp(word, "not") || !strcmp(word, "near") || !strcmp(word, "phrase") || !strcmp(word, "prefix")) continue;
      int is_known = 0;
      for (unsigned at = 0; at < taken && !is_known; at++) is_known = !strcmp(literals[at], word);
      if (is_known) continue;
      literals[taken] = strdup(word);
      flags[taken] = HS_FLAG_CASELESS;
      ids[taken] = taken;
      taken++;
    }
  fclose(file);
  file = fopen(argv[1], "r");
  while (posts_read < POSTS && fgets(line, sizeof line, file)) {
    lengths[posts_read] = strlen(line);
    posts[posts_read++] = strdup(line);
  }
  hs_database_t *database;
  hs_compile_error_t *error;
  if (hs_compile_multi((const char *const *)literals, flags, ids, taken, HS_MODE_BLOCK, NULL, &database, &error)) return puts(error->message), 1;
  hs_scratch_t *scratch = NULL;
  hs_alloc_scratch(database, &scratch);
  for (int round = 0; round < 5; round++) {
    struct timespec begun, ended;
    found = 0;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begun);
    for (int times = 0; times < 10; times++)
      for (size_t at = 0; at < posts_read; at++) hs_scan(database, posts[at], lengths[at], 0, scratch, count, NULL);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ended);
    double seconds = (ended.tv_sec - begun.tv_sec) + (ended.tv_nsec - begun.tv_nsec) / 1e9;
    printf("hyperscan, %u literals: %.0f posts/s, %.2f found a post\n", taken, posts_read * 10 / seconds, found / (posts_read * 10.0));
  }
  return 0;
}
