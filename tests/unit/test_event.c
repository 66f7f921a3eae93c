// SPDX-License-Identifier: MIT
// Events: when fires start and end, that each is told once, blindness, and that a stored state goes
// on as if nothing had happened.
#include "event/event.h"
#include "event/state.h"
#include "unit.h"

#include "base/macros.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct fw_event_settings settings = {
    .window_s = 1.0,
    .start_part = 0.6,
    .end_window_s = 2.0,
    .end_part = 0.1,
    .update_s = 5.0,
    .black_s = 2.0,
    .frozen_s = 10.0,
};

enum { MAX_STEPS = 4096 };

struct film {
    struct fw_event_state state;
    struct fw_event_step steps[MAX_STEPS];
    size_t n_steps;
    int64_t picture;
    int fps;
    double start_score;
    bool failed; // the network, at each picture
    bool stores; // the state after every picture, and goes on with what comes back
};

static struct film film_of(int fps)
{
    return (struct film){ .state = fw_event_state_init(), .fps = fps };
}

static void store_and_load(struct fw_event_state *state)
{
    uint8_t bytes[FW_EVENT_STATE_BYTES];
    size_t size = fw_event_state_encode(state, bytes);
    memset(state, 0xee, sizeof(*state));
    assert_int_equal(fw_event_state_decode(bytes, size, state, NULL), 0);
}

static void show_look(struct film *film, float score, const struct fw_event_look *look)
{
    struct fw_event_step steps[FW_N_PICTURE_EVENTS];
    struct fw_event_sample sample = { .picture = film->picture,
                                      .time_us = film->picture * 1000000 / film->fps,
                                      .failed = film->failed,
                                      .score = score,
                                      .threshold = 0.5f,
                                      .has_box = score >= 0.5f,
                                      .box = { (int)film->picture, 1, 20, 30 },
                                      .look = look };
    struct fw_event_settings used = settings;
    used.start_score = film->start_score;
    size_t n = fw_event_take(&film->state, &used, &sample, steps);
    for (size_t i = 0; i < n; i++) {
        assert_true(film->n_steps < MAX_STEPS);
        film->steps[film->n_steps++] = steps[i];
    }
    film->picture++;
    if (film->stores) {
        store_and_load(&film->state);
    }
}

// A picture like no other, bright.
static void show(struct film *film, float score)
{
    struct fw_event_look look;
    for (size_t i = 0; i < FW_EVENT_CELLS; i++) {
        look.cells[i] = (uint16_t)(1600 + (film->picture * 7 + (int64_t)i) % 200);
    }
    show_look(film, score, &look);
}

static void show_for(struct film *film, double seconds, float score)
{
    for (int i = 0; i < (int)(seconds * film->fps + 0.5); i++) {
        show(film, score);
    }
}

static void test_a_fire_starts_once_and_ends_once(void **state)
{
    (void)state;
    static const int rates[] = { 1, 2, 5, 10, 25, 30, 60, 240 };
    for (size_t i = 0; i < FW_ARRAY_LEN(rates); i++) {
        struct film film = film_of(rates[i]);
        show_for(&film, 10, 0.1f);
        show_for(&film, 10, 0.9f);
        show_for(&film, 10, 0.1f);
        assert_in_range(film.n_steps, 3, 4); // told again every five seconds
        const struct fw_event_step *last = &film.steps[film.n_steps - 1];
        assert_int_equal(film.steps[0].phase, FW_EVENT_STARTS);
        for (size_t k = 1; k + 1 < film.n_steps; k++) {
            assert_int_equal(film.steps[k].phase, FW_EVENT_GOES_ON);
        }
        assert_int_equal(last->phase, FW_EVENT_ENDS);
        assert_int_equal(last->reason, FW_EVENT_CLEARED);
        double delay_s = (double)film.steps[0].time_us / 1e6 - 10;
        assert_true(delay_s >= 0 && delay_s <= 2.0);
        if (rates[i] >= 5) {
            assert_true(delay_s <= 1.0);
        }
        double end_s = (double)last->time_us / 1e6 - 20;
        assert_true(end_s > 0 && end_s <= 3.0);
        assert_int_equal(last->number, 1);
        assert_true(last->peak_score == 0.9f && last->has_box);
    }
}

static void test_single_frames_and_flashes_are_no_fire(void **state)
{
    (void)state;
    struct film film = film_of(25);
    for (int i = 0; i < 40; i++) {
        show_for(&film, 0.4, 1.0f); // two fifths of each second
        show_for(&film, 0.6, 0.0f);
    }
    assert_int_equal(film.n_steps, 0);
    show_for(&film, 20, 0.49f); // just below, for long
    assert_int_equal(film.n_steps, 0);
}

static void test_a_fire_that_flickers_is_one_event(void **state)
{
    (void)state;
    struct film film = film_of(25);
    show_for(&film, 2, 0.9f);
    for (int i = 0; i < 20; i++) {
        show_for(&film, 1.5, 0.1f); // shorter than it takes to end
        show_for(&film, 0.5, 0.6f);
    }
    show_for(&film, 20, 0.3f); // above half of the threshold: it goes on
    size_t n_starts = 0;
    for (size_t i = 0; i < film.n_steps; i++) {
        n_starts += film.steps[i].phase == FW_EVENT_STARTS;
        assert_int_not_equal(film.steps[i].phase, FW_EVENT_ENDS);
    }
    assert_int_equal(n_starts, 1);
}

// What is above the threshold only keeps a fire going; what begins it must be surer.
static void test_a_fire_begins_with_sure_frames_only(void **state)
{
    (void)state;
    struct film film = film_of(25);
    film.start_score = 0.8;
    show_for(&film, 10, 0.79f);
    assert_int_equal(film.n_steps, 0);
    show_for(&film, 0.6, 0.8f); // more than half of the last second
    assert_int_equal(film.n_steps, 1);
    show_for(&film, 10, 0.6f);
    for (size_t i = 1; i < film.n_steps; i++) {
        assert_int_equal(film.steps[i].phase, FW_EVENT_GOES_ON);
    }
    show_for(&film, 3, 0.2f);
    assert_int_equal(film.steps[film.n_steps - 1].phase, FW_EVENT_ENDS);
    size_t n_before = film.n_steps;
    show_for(&film, 10, 0.6f);
    assert_int_equal(film.n_steps, n_before);
    film.start_score = 0.3; // below the threshold: as without
    show_for(&film, 10, 0.4f);
    assert_int_equal(film.n_steps, n_before);
    show_for(&film, 1, 0.5f);
    assert_int_equal(film.n_steps, n_before + 1);
}

static void test_the_end_of_a_video_ends_what_is_open(void **state)
{
    (void)state;
    struct film film = film_of(25);
    show_for(&film, 3, 0.9f);
    struct fw_event_step steps[FW_N_VIDEO_EVENTS];
    assert_int_equal(fw_event_finish(&film.state, FW_EVENT_SUPERSEDED, steps), 1);
    assert_int_equal(steps[0].reason, FW_EVENT_SUPERSEDED);
    assert_int_equal(steps[0].phase, FW_EVENT_ENDS);
    assert_int_equal(fw_event_finish(&film.state, FW_EVENT_COMPLETE, steps), 0);
    show_for(&film, 3, 0.9f); // the video goes on: another event
    assert_int_equal(film.steps[film.n_steps - 1].number, 2);
}

static void test_a_black_and_a_frozen_picture(void **state)
{
    (void)state;
    struct film film = film_of(10);
    struct fw_event_look black = { .cells = { 0 } };
    struct fw_event_look still = { .cells = { 0 } };
    for (size_t i = 0; i < FW_EVENT_CELLS; i++) {
        black.cells[i] = 16 * 16;
        still.cells[i] = (uint16_t)(800 + i);
    }
    show_for(&film, 1, 0);
    for (int i = 0; i < 40; i++) {
        show_look(&film, 0, &black);
    }
    show_for(&film, 1, 0);
    for (int i = 0; i < 150; i++) {
        still.cells[0] = (uint16_t)(800 + i % 2); // what coding alone may do
        show_look(&film, 0, &still);
    }
    show_for(&film, 1, 0);
    assert_int_equal(film.n_steps, 4);
    assert_int_equal(film.steps[0].type, FW_EVENT_BLACK);
    assert_int_equal(film.steps[0].phase, FW_EVENT_STARTS);
    assert_int_equal(film.steps[0].first_picture, 10);
    assert_int_equal(film.steps[0].picture, 30);
    assert_int_equal(film.steps[1].type, FW_EVENT_BLACK);
    assert_int_equal(film.steps[1].phase, FW_EVENT_ENDS);
    assert_int_equal(film.steps[2].type, FW_EVENT_FROZEN);
    assert_int_equal(film.steps[2].first_picture, 61);
    assert_int_equal(film.steps[2].picture, 161);
    assert_int_equal(film.steps[3].type, FW_EVENT_FROZEN);
    assert_int_equal(film.steps[3].phase, FW_EVENT_ENDS);
}

static void fail_for(struct film *film, double seconds)
{
    film->failed = true;
    show_for(film, seconds, 0);
    film->failed = false;
}

static void assert_step(const struct fw_event_step *step, enum fw_event_type type,
                        enum fw_event_phase phase, int64_t picture)
{
    assert_int_equal(step->type, type);
    assert_int_equal(step->phase, phase);
    assert_int_equal(step->picture, picture);
}

// From the very first picture on, and again; what fails neither begins a fire nor ends one.
static void test_a_network_that_fails(void **state)
{
    (void)state;
    struct film film = film_of(10);
    film.stores = true;
    fail_for(&film, 1); // 0..9
    assert_int_equal(film.n_steps, 1);
    assert_step(&film.steps[0], FW_EVENT_MODEL_ERROR, FW_EVENT_STARTS, 0);
    assert_int_equal(film.steps[0].first_picture, 0);
    show_for(&film, 2, 0.9f); // 10..29: cleared, and a fire begins
    assert_int_equal(film.n_steps, 3);
    assert_step(&film.steps[1], FW_EVENT_MODEL_ERROR, FW_EVENT_ENDS, 10);
    assert_int_equal(film.steps[1].reason, FW_EVENT_CLEARED);
    assert_step(&film.steps[2], FW_EVENT_FIRE, FW_EVENT_STARTS, 15);
    fail_for(&film, 4); // 30..69: longer than a fire takes to end
    assert_int_equal(film.n_steps, 4);
    assert_step(&film.steps[3], FW_EVENT_MODEL_ERROR, FW_EVENT_STARTS, 30);
    assert_int_equal(film.steps[3].number, 2);
    struct fw_event_step steps[FW_N_VIDEO_EVENTS];
    assert_int_equal(fw_event_finish(&film.state, FW_EVENT_COMPLETE, steps), 2);
    assert_step(&steps[0], FW_EVENT_FIRE, FW_EVENT_ENDS, 69);
    assert_step(&steps[1], FW_EVENT_MODEL_ERROR, FW_EVENT_ENDS, 69);
    assert_int_equal(steps[1].reason, FW_EVENT_COMPLETE);
}

// As an earlier release has stored it: version 1, with the first three types only.
static void test_a_state_of_the_first_version(void **state)
{
    (void)state;
    struct film film = film_of(25);
    show_for(&film, 3, 0.9f);
    uint8_t bytes[FW_EVENT_STATE_BYTES];
    size_t size = fw_event_state_encode(&film.state, bytes);
    enum { OPEN_BYTES = 1 + 4 * 8 + 4 + 2 * 8 + 1 + 4 * 4, BLIND_BYTES = 3 * 8 + OPEN_BYTES };
    bytes[0] = 1;
    struct fw_event_state read;
    assert_int_equal(fw_event_state_decode(bytes, size - BLIND_BYTES - OPEN_BYTES, &read, NULL), 0);
    assert_true(read.event[FW_EVENT_FIRE].open);
    assert_int_equal(read.event[FW_EVENT_FIRE].number, 1);
    assert_false(read.event[FW_EVENT_MODEL_ERROR].open);
    assert_int_equal(read.held_us[FW_EVENT_MODEL_ERROR], -1);
    assert_false(read.event[FW_EVENT_SILENT].open);
    film.state = read;
    size_t n_before = film.n_steps;
    show_for(&film, 4, 0);
    assert_int_equal(film.n_steps, n_before + 1);
    assert_int_equal(film.steps[n_before].phase, FW_EVENT_ENDS);
}

// A camera that drops out in front of a still scene, and comes back an hour later.
static void test_a_gap_is_no_standstill(void **state)
{
    (void)state;
    struct film film = film_of(30);
    struct fw_event_look look = { .cells = { 1000, 2000 } };
    for (int i = 0; i < 30; i++) {
        show_look(&film, 0, &look);
    }
    film.picture += (int64_t)3600 * 30;
    for (int i = 0; i < 30; i++) {
        show_look(&film, 0, &look);
    }
    assert_int_equal(film.n_steps, 0);
}

static void test_a_slow_change_is_not_frozen(void **state)
{
    (void)state;
    struct film film = film_of(10);
    struct fw_event_look look = { .cells = { 0 } };
    for (int i = 0; i < 600; i++) {
        look.cells[5] = (uint16_t)(1000 + i / 5);
        show_look(&film, 0, &look);
    }
    for (size_t i = 0; i < film.n_steps; i++) {
        assert_int_equal(film.steps[i].type, FW_EVENT_BLACK);
    }
}

// Any film: phases alternate, numbers count, and a state that was stored tells the same.
static void test_random_films(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252U;
    for (int round = 0; round < 200; round++) {
        struct film whole = film_of(1 + round % 31);
        struct film stored = whole;
        stored.stores = true;
        for (int part = 0; part < 30; part++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            int n = (int)(random % 90);
            float score = (float)(random >> 20 & 1023) / 1023;
            for (int i = 0; i < n; i++) {
                float shaken = (i * 7 + part) % 5 == 0 ? 1 - score : score;
                show(&whole, shaken);
                show(&stored, shaken);
            }
        }
        assert_int_equal(whole.n_steps, stored.n_steps);
        bool open = false;
        int64_t number = 0;
        for (size_t i = 0; i < whole.n_steps; i++) {
            const struct fw_event_step *step = &whole.steps[i];
            assert_int_equal(step->type, stored.steps[i].type);
            assert_int_equal(step->phase, stored.steps[i].phase);
            assert_int_equal(step->picture, stored.steps[i].picture);
            assert_int_equal(step->peak_picture, stored.steps[i].peak_picture);
            assert_true(step->peak_score == stored.steps[i].peak_score);
            assert_int_equal(step->phase == FW_EVENT_STARTS, !open);
            open = step->phase != FW_EVENT_ENDS;
            number += step->phase == FW_EVENT_STARTS;
            assert_int_equal(step->number, number);
        }
    }
}

static void test_a_damaged_state_is_refused(void **state)
{
    (void)state;
    struct film film = film_of(25);
    show_for(&film, 3, 0.9f);
    uint8_t bytes[FW_EVENT_STATE_BYTES + 1] = { 0 };
    size_t size = fw_event_state_encode(&film.state, bytes);
    struct fw_event_state read;
    struct fw_error err = { 0 };
    for (size_t cut = 0; cut < size; cut++) {
        assert_int_equal(fw_event_state_decode(bytes, cut, &read, &err), -EBADMSG);
        assert_int_equal(err.kind, FW_ERROR_DATA);
    }
    assert_int_equal(fw_event_state_decode(bytes, size + 1, &read, NULL), -EBADMSG);
    bytes[0] = 77;
    assert_int_equal(fw_event_state_decode(bytes, size, &read, NULL), -EBADMSG);
}

static void test_how_a_picture_looks(void **state)
{
    (void)state;
    struct fw_image *image = fw_image_new(64, 48);
    assert_non_null(image);
    for (int y = 0; y < 48; y++) {
        for (int x = 0; x < 64; x++) {
            image->plane[0][y * image->stride[0] + x] = (uint8_t)(x < 32 ? 40 : 200);
        }
    }
    struct fw_event_look look = fw_event_look_at(image);
    assert_int_equal(look.cells[0], 40 * 16);
    assert_int_equal(look.cells[FW_EVENT_CELLS - 1], 200 * 16);
    fw_image_unref(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fire_starts_once_and_ends_once),
        cmocka_unit_test(test_single_frames_and_flashes_are_no_fire),
        cmocka_unit_test(test_a_fire_that_flickers_is_one_event),
        cmocka_unit_test(test_a_fire_begins_with_sure_frames_only),
        cmocka_unit_test(test_the_end_of_a_video_ends_what_is_open),
        cmocka_unit_test(test_a_black_and_a_frozen_picture),
        cmocka_unit_test(test_a_network_that_fails),
        cmocka_unit_test(test_a_state_of_the_first_version),
        cmocka_unit_test(test_a_gap_is_no_standstill),
        cmocka_unit_test(test_a_slow_change_is_not_frozen),
        cmocka_unit_test(test_random_films),
        cmocka_unit_test(test_a_damaged_state_is_refused),
        cmocka_unit_test(test_how_a_picture_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
