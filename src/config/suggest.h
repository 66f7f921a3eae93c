// SPDX-License-Identifier: MIT
// Guesses which word was meant by a misspelt one. Pure.
#ifndef FW_CONFIG_SUGGEST_H
#define FW_CONFIG_SUGGEST_H

#include <stddef.h>

struct fw_suggestion {
    const char *word; // misspelt; borrowed
    size_t size;
    const char *best; // the nearest candidate so far, or NULL when none is near
    size_t best_distance;
};

// Begins a guess for `word` (`size` bytes).
struct fw_suggestion fw_suggest(const char *word, size_t size);

// Offers a word that exists (borrowed). Near is: one change in words of three to seven letters, two
// in longer ones, or a beginning of three letters and more; a change is a letter put in, left out,
// replaced, or swapped with its neighbour.
void fw_suggest_offer(struct fw_suggestion *suggestion, const char *candidate);

#endif
