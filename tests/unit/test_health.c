// SPDX-License-Identifier: MIT
// base/health: late loops, a silent broker, readiness.
#include "unit.h"

#include "base/health.h"

#include <stdlib.h>
#include <string.h>

static char *asked(bool (*ask)(struct fw_buffer *out), bool expected)
{
    struct fw_buffer out;
    fw_buffer_init(&out, 4096);
    assert_int_equal(ask(&out), expected);
    fw_buffer_append(&out, "", 1);
    size_t size = 0;
    return (char *)fw_buffer_take(&out, &size);
}

static void assert_says(bool (*ask)(struct fw_buffer *out), bool expected, const char *text)
{
    char *said = asked(ask, expected);
    if (strstr(said, text) == NULL) {
        fail_msg("no %s in %s", text, said);
    }
    free(said);
}

static void a_loop_that_is_late_is_not_alive(void **unused)
{
    (void)unused;
    assert_says(fw_health_alive, true, "\"alive\": true");
    struct fw_heartbeat turns = { .name = "poll", .number = -1 };
    struct fw_heartbeat hangs = { .name = "partition", .number = 3 };
    fw_heartbeat_begin(&turns, 60000000);
    fw_heartbeat_begin(&hangs, -1);
    assert_says(fw_health_alive, false,
                "{\"name\": \"partition\", \"number\": 3, \"turns\": false");
    assert_says(fw_health_alive, false, "{\"name\": \"poll\", \"turns\": true");
    fw_heartbeat_end(&hangs);
    assert_says(fw_health_alive, true, "\"alive\": true");
    fw_heartbeat_end(&turns);
    fw_heartbeat_end(&turns); // not there: nothing happens
}

static void a_turn_beats_the_loop_whose_work_it_is(void **unused)
{
    (void)unused;
    struct fw_heartbeat worker = { .name = "worker", .number = 2 };
    fw_heartbeat_begin(&worker, 60000000);
    atomic_store(&worker.last_us, 0);
    fw_heartbeat_turn(); // of nobody
    assert_says(fw_health_alive, false, "{\"name\": \"worker\", \"number\": 2, \"turns\": false");
    fw_heartbeat_adopt(&worker);
    fw_heartbeat_turn();
    assert_says(fw_health_alive, true, "{\"name\": \"worker\", \"number\": 2, \"turns\": true");
    fw_heartbeat_adopt(NULL);
    atomic_store(&worker.last_us, 0);
    fw_heartbeat_turn();
    assert_says(fw_health_alive, false, "\"turns\": false");
    fw_heartbeat_end(&worker);
}

static void a_broker_that_does_not_answer_is_told(void **unused)
{
    (void)unused;
    fw_health_set_broker("no answer: Connection refused");
    assert_says(fw_health_alive, false, "\"broker\": \"no answer: Connection refused\"");
    fw_health_set_broker(NULL);
    assert_says(fw_health_alive, true, "\"broker\": \"answers\"");
}

static void readiness_has_its_reason(void **unused)
{
    (void)unused;
    assert_says(fw_health_ready, false, "\"why\": \"starting\"");
    fw_health_set_ready(true, "partitions=0,1");
    assert_says(fw_health_ready, true, "\"ready\": true");
    fw_health_set_ready(false, "stopping");
    assert_says(fw_health_ready, false, "stopping");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loop_that_is_late_is_not_alive),
        cmocka_unit_test(a_turn_beats_the_loop_whose_work_it_is),
        cmocka_unit_test(a_broker_that_does_not_answer_is_told),
        cmocka_unit_test(readiness_has_its_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
