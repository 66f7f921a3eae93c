// SPDX-License-Identifier: MIT
// Guesses which word was meant by a misspelt one.
#include "config/suggest.h"

#include <string.h>

enum { MAX_WORD = 48 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// The number of changes from one word to the other (optimal string alignment); both are at most
// MAX_WORD long.
static size_t distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t rows[3][MAX_WORD + 1]; // of the table: two above, above, this one
    size_t *above2 = rows[0];
    size_t *above = rows[1];
    size_t *row = rows[2];
    for (size_t j = 0; j <= n_b; j++) {
        above2[j] = above[j] = j;
    }
    for (size_t i = 1; i <= n_a; i++) {
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t replaced = above[j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0);
            row[j] = least(replaced, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = least(row[j], above2[j - 2] + 1);
            }
        }
        size_t *oldest = above2;
        above2 = above;
        above = row;
        row = oldest;
    }
    return above[n_b];
}

struct fw_suggestion fw_suggest(const char *word, size_t size)
{
    size_t near = size < 3 ? 0 : size < 8 ? 1 : 2;
    return (struct fw_suggestion){ .word = word, .size = size, .best_distance = near + 1 };
}

void fw_suggest_offer(struct fw_suggestion *suggestion, const char *candidate)
{
    size_t size = strlen(candidate);
    if (size > MAX_WORD || suggestion->size > MAX_WORD) {
        return;
    }
    size_t changes = distance(suggestion->word, suggestion->size, candidate, size);
    if (changes < suggestion->best_distance) {
        suggestion->best = candidate;
        suggestion->best_distance = changes;
    } else if (suggestion->best == NULL && suggestion->size >= 3 &&
               strncmp(candidate, suggestion->word, suggestion->size) == 0) {
        suggestion->best = candidate; // any real neighbour that follows is better
    }
}
