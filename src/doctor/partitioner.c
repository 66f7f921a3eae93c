// SPDX-License-Identifier: MIT
// Whether each frame lies where its key belongs, and whether the videos are spread.
#include "base/memory.h"
#include "doctor/examine.h"

#include <stdlib.h>

enum {
    HOT_VIDEOS = 4, // fewer in one partition say nothing
    HOT_FACTOR = 2, // times the fair share
};

static const char check[] = "partitioner";
static const char distribution[] = "distribution";

static const char use_murmur2[] =
    "producers must use the video's id as the key and choose the partition as Kafka's Java client "
    "does (librdkafka: partitioner=murmur2_random), never by hand; after a topic has grown it "
    "passes with the videos that were under way";

// ---- where the frames lie ----

// Another place of the same video, or NULL.
static const struct fw_sample_video *twin_of(const struct fw_sample *sample, size_t idx)
{
    for (size_t i = idx + 1; i < sample->n_videos; i++) {
        if (sample->videos[i].hash == sample->videos[idx].hash) {
            return &sample->videos[i];
        }
    }
    return NULL;
}

static bool tell_split(struct fw_examination *examination)
{
    const struct fw_sample *sample = &examination->sample;
    for (size_t i = 0; i < sample->n_videos; i++) {
        const struct fw_sample_video *twin = twin_of(sample, i);
        if (twin != NULL) {
            fw_findings_add(&examination->findings, FW_FINDING_WRONG, check, FW_ABOUT_DISTRIBUTION,
                            use_murmur2,
                            "video %s lies in two partitions of %s, %d and %d (its key belongs to "
                            "%d): it is processed as two",
                            twin->key, examination->config->video_topic,
                            sample->videos[i].partition, twin->partition, twin->expected);
            return true;
        }
    }
    return false;
}

static void tell_misplaced(struct fw_examination *examination)
{
    const struct fw_sample *sample = &examination->sample;
    size_t i = 0;
    while (sample->videos[i].partition == sample->videos[i].expected) {
        i++;
    }
    const struct fw_sample_video *video = &sample->videos[i];
    fw_findings_add(&examination->findings, FW_FINDING_WRONG, check, FW_ABOUT_DISTRIBUTION,
                    use_murmur2,
                    "%lld of %lld frames are not in the partition of their key: video %s lies in "
                    "partition %d of %s, its key belongs to %d",
                    (long long)sample->n_misplaced, (long long)sample->n_records, video->key,
                    video->partition, examination->config->video_topic, video->expected);
}

static void examine_places(struct fw_examination *examination)
{
    const struct fw_sample *sample = &examination->sample;
    if (sample->n_without_key > 0) {
        fw_findings_add(&examination->findings, FW_FINDING_WRONG, check, FW_ABOUT_DISTRIBUTION,
                        use_murmur2, "%lld of %lld frames have no key: they go to any partition",
                        (long long)sample->n_without_key, (long long)sample->n_records);
    }
    if (sample->n_misplaced > 0) {
        if (!tell_split(examination)) {
            tell_misplaced(examination);
        }
    } else if (sample->n_without_key == 0) {
        fw_findings_add(&examination->findings, FW_FINDING_OK, check, FW_ABOUT_DISTRIBUTION, NULL,
                        "the last %lld frames%s are each in the partition of their key",
                        (long long)sample->n_records,
                        sample->is_cut_short ? " (of some partitions)" : "");
    }
}

// ---- how the videos are spread ----

static void examine_spread(struct fw_examination *examination)
{
    const struct fw_sample *sample = &examination->sample;
    FW_SCOPE(fw_free_cleanup)
    size_t *n_videos = fw_xcalloc((size_t)sample->n_partitions, sizeof(n_videos[0]));
    size_t hot = 0;
    for (size_t i = 0; i < sample->n_videos; i++) {
        size_t partition = (size_t)sample->videos[i].partition;
        n_videos[partition]++;
        hot = n_videos[partition] > n_videos[hot] ? partition : hot;
    }
    size_t n = (size_t)sample->n_partitions;
    size_t fair = (sample->n_videos + n - 1) / n;
    examination->is_skewed =
        n > 1 && n_videos[hot] >= HOT_VIDEOS && n_videos[hot] >= HOT_FACTOR * fair;
    if (examination->is_skewed) {
        fw_findings_add(&examination->findings, FW_FINDING_WRONG, distribution,
                        FW_ABOUT_DISTRIBUTION,
                        "choose ids that are spread better (with a hash in them where they are "
                        "sequential), or more partitions",
                        "%zu of the last %zu videos lie in partition %zu of %s, which has %d: one "
                        "processor does most of the work",
                        n_videos[hot], sample->n_videos, hot, examination->config->video_topic,
                        sample->n_partitions);
    } else if (n > 1) {
        fw_findings_add(&examination->findings, FW_FINDING_OK, distribution, FW_ABOUT_DISTRIBUTION,
                        NULL, "of the last %zu videos no partition has more than %zu",
                        sample->n_videos, n_videos[hot]);
    }
}

void fw_examine_partitioner(struct fw_examination *examination)
{
    const struct fw_config *config = examination->config;
    if (examination->admin == NULL) {
        fw_examine_without_broker(examination, check);
        return;
    }
    FW_SCOPE(fw_reader_close_cleanup) struct fw_reader *reader = NULL;
    struct fw_error err = { 0 };
    int rc = fw_reader_open(examination->client, &reader, &err);
    rc = rc < 0 ? rc
                : fw_sample_read(reader, config->video_topic, FW_EXAMINE_TIMEOUT_MS,
                                 &examination->sample, &err);
    if (rc < 0 || examination->sample.n_records == 0) {
        fw_findings_add(&examination->findings, FW_FINDING_SKIPPED, check, FW_ABOUT_NOTHING, NULL,
                        "%s%s", rc < 0 ? err.text : "no frames are there to look at in ",
                        rc < 0 ? "" : config->video_topic);
        return;
    }
    examine_places(examination);
    examine_spread(examination);
}
