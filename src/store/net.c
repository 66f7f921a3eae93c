// SPDX-License-Identifier: MIT
// What all requests of a store share: connections, counters, the stop.
#include "base/health.h"
#include "base/stop.h"
#include "store/curl.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { LONGEST_WAIT_US = 1000000 };

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_setup = CURLE_FAILED_INIT;

static void set_curl_up(void)
{
    curl_setup = curl_global_init(CURL_GLOBAL_DEFAULT);
}

int fw_net_init(struct fw_net *net, const char *ca_bundle, double timeout_s, struct fw_error *err)
{
    pthread_once(&curl_once, set_curl_up);
    if (curl_setup != CURLE_OK) {
        return fw_error_set(err, FW_ERROR_FATAL, EIO, "can't set up HTTP: %s",
                            curl_easy_strerror(curl_setup));
    }
    *net = (struct fw_net){ .ca_bundle = ca_bundle, .timeout_s = timeout_s };
    net->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (net->cancel_fd < 0) {
        return fw_error_set(err, FW_ERROR_FATAL, errno, "no descriptor for requests: %s",
                            strerror(errno));
    }
    pthread_mutex_init(&net->lock, NULL);
    return 0;
}

void fw_net_done(struct fw_net *net)
{
    for (size_t i = 0; i < net->n_idle; i++) {
        curl_multi_cleanup(net->idle[i]);
    }
    pthread_mutex_destroy(&net->lock);
    close(net->cancel_fd);
}

CURLM *fw_net_take(struct fw_net *net)
{
    pthread_mutex_lock(&net->lock);
    CURLM *multi = net->n_idle > 0 ? net->idle[--net->n_idle] : NULL;
    pthread_mutex_unlock(&net->lock);
    return multi != NULL ? multi : curl_multi_init();
}

void fw_net_give(struct fw_net *net, CURLM *multi)
{
    pthread_mutex_lock(&net->lock);
    bool keeps = net->n_idle < FW_NET_IDLE;
    if (keeps) {
        net->idle[net->n_idle++] = multi;
    }
    pthread_mutex_unlock(&net->lock);
    if (!keeps) {
        curl_multi_cleanup(multi);
    }
}

int fw_net_check(const struct fw_net *net, struct fw_error *err)
{
    struct pollfd fd = { .fd = net->cancel_fd, .events = POLLIN };
    if (fw_stop_requested() || poll(&fd, 1, 0) > 0) {
        return fw_error_set(err, FW_ERROR_STOP, EINTR, "stopped");
    }
    return 0;
}

int fw_net_wait(struct fw_net *net, CURLM *multi, int64_t timeout_us, bool heeds_stop,
                struct fw_error *err)
{
    // Of a process without fw_stop_init there is no descriptor.
    unsigned n_fds = !heeds_stop ? 0 : fw_stop_fd() >= 0 ? 2 : 1;
    struct curl_waitfd fds[2] = { { .fd = net->cancel_fd, .events = CURL_WAIT_POLLIN },
                                  { .fd = fw_stop_fd(), .events = CURL_WAIT_POLLIN } };
    fw_heartbeat_turn();
    timeout_us = timeout_us < LONGEST_WAIT_US ? timeout_us : LONGEST_WAIT_US;
    CURLMcode code = curl_multi_poll(multi, fds, n_fds, (int)((timeout_us + 999) / 1000), NULL);
    if (code != CURLM_OK) {
        return fw_error_set(err, FW_ERROR_FATAL, EIO, "can't wait for answers: %s",
                            curl_multi_strerror(code));
    }
    return heeds_stop ? fw_net_check(net, err) : 0;
}
