// SPDX-License-Identifier: MIT
// Loads a network from an ONNX file and checks it.
//
// DESIGN: the file is read once; digest, check and every session are made from those bytes, so what
// results name is what ran.
#include "infer/model_impl.h"

#include "base/memory.h"
#include "infer/contract.h"
#include "infer/runtime.h"
#include "infer/weights.h"
#include "wire/limits.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// --- the file ---

static int read_bytes(FILE *file, const char *path, struct fw_model *model, struct fw_error *err)
{
    struct stat status;
    if (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode)) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "model %s: not a regular file", path);
    }
    if (status.st_size == 0 || status.st_size > FW_LIMIT_MODEL_FILE_BYTES) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "model %s: %lld bytes, must be 1 to %d",
                            path, (long long)status.st_size, FW_LIMIT_MODEL_FILE_BYTES);
    }
    model->n_bytes = (size_t)status.st_size;
    model->bytes = malloc(model->n_bytes);
    if (model->bytes == NULL || fread(model->bytes, 1, model->n_bytes, file) != model->n_bytes) {
        return fw_error_set(err, FW_ERROR_CONFIG, EIO, "model %s: can't be read", path);
    }
    return 0;
}

static int read_file(const char *path, struct fw_model *model, struct fw_error *err)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return fw_error_set(err, FW_ERROR_CONFIG, errno, "model %s: %s", path, strerror(errno));
    }
    int result = read_bytes(file, path, model, err);
    fclose(file);
    return result;
}

static int digest(const struct fw_model *model, struct fw_model_info *info, struct fw_error *err)
{
    uint8_t hash[32];
    if (EVP_Digest(model->bytes, model->n_bytes, hash, NULL, EVP_sha256(), NULL) != 1) {
        return fw_error_set(err, FW_ERROR_FATAL, EIO, "model %s: SHA-256 failed", model->path);
    }
    for (size_t i = 0; i < sizeof(hash); i++) {
        snprintf(info->sha256 + 2 * i, 3, "%02x", hash[i]);
    }
    return 0;
}

static void name_by_stem(const char *path, struct fw_model_info *info)
{
    const char *slash = strrchr(path, '/');
    snprintf(info->name, sizeof(info->name), "%s", slash != NULL ? slash + 1 : path);
    char *dot = strrchr(info->name, '.');
    if (dot != NULL && dot != info->name) {
        *dot = '\0';
    }
}

// --- loading ---

static int start_runtime(struct fw_model *model, struct fw_error *err)
{
    if (fw_runtime_api() == NULL) {
        return fw_error_set(err, FW_ERROR_CONFIG, ENOSYS,
                            "the installed ONNX Runtime %s is too old: API %d is needed",
                            OrtGetApiBase()->GetVersionString(), ORT_API_VERSION);
    }
    return fw_runtime_check(
        fw_runtime_api()->CreateEnv(ORT_LOGGING_LEVEL_FATAL, "firewatch", &model->env),
        FW_ERROR_FATAL, "inference runtime", err);
}

static int measure_heatmap(OrtSession *ort, struct fw_model *model, struct fw_error *err)
{
    struct fw_model_info *info = &model->info;
    int64_t sides[2] = { info->heatmap_height, info->heatmap_width };
    int result =
        sides[0] > 0 && sides[1] > 0 ? 0 : fw_session_measure(ort, model, "heatmap", sides, err);
    if (result != 0) {
        return result;
    }
    if (sides[0] < 1 || sides[0] > FW_LIMIT_HEATMAP_SIDE || sides[1] < 1 ||
        sides[1] > FW_LIMIT_HEATMAP_SIDE) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "output 'heatmap' comes out %lld x %lld, must be at most %d",
                            (long long)sides[0], (long long)sides[1], FW_LIMIT_HEATMAP_SIDE);
    }
    info->heatmap_height = (int)sides[0];
    info->heatmap_width = (int)sides[1];
    return 0;
}

static int measure_boxes(OrtSession *ort, const struct fw_model_wish *wish, struct fw_model *model,
                         struct fw_error *err)
{
    int result = 0;
    if (model->output_sides[0] == 0) {
        result = fw_session_measure(ort, model, model->output_name, model->output_sides, err);
    }
    return result == 0 ? fw_contract_settle_yolo(wish, model, err) : result;
}

static int check(struct fw_model *model, const struct fw_model_wish *wish, struct fw_error *err)
{
    OrtSession *ort = NULL;
    int result = fw_session_load(model, &ort, err);
    if (result == 0) {
        result = fw_weights_check(model->bytes, model->n_bytes, err);
    }
    if (result == 0) {
        result = fw_contract_check(ort, wish, model, err);
    }
    if (result == 0) {
        result = model->info.type == FW_MODEL_YOLO ? measure_boxes(ort, wish, model, err)
                                                   : measure_heatmap(ort, model, err);
    }
    fw_runtime_api()->ReleaseSession(ort);
    return result;
}

static int try_classifier(struct fw_session *session, struct fw_error *err)
{
    float probability = 0;
    float *heatmap = fw_xcalloc(session->n_output, sizeof(float));
    int result = fw_session_run(session, &probability, heatmap, err);
    free(heatmap);
    return result;
}

static int try_detector(struct fw_session *session, struct fw_error *err)
{
    const struct fw_model *model = session->model;
    int width = model->info.width;
    int height = model->info.height;
    struct fw_letterbox whole = fw_letterbox_fit(width, height, width, height);
    struct fw_objects objects;
    int result = fw_session_detect(session, &whole, 1, 0, &objects, err);
    if (result == 0 && fw_yolo_is_normalised(&model->layout, session->output)) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "output '%s': boxes are given as shares of the picture, must be in "
                            "pixels of the input",
                            model->output_name);
    }
    return result;
}

// Grey with a small glow in the middle, so that a network that looks twice where it is in doubt
// looks twice: the shipped one does (a first probability of 0.51).
static void draw_trial_picture(const struct fw_model_info *info, float *image)
{
    static const float glow[3] = { 1.0F, 0.6F, 0.15F };
    const float radius = (float)info->width / 60;
    const float grey = 0.5F;
    const int plane = info->width * info->height;
    for (int i = 0; i < plane; i++) {
        int row = i / info->width;
        float x = (float)(i - row * info->width) - (float)(info->width - 1) / 2;
        float y = (float)row - (float)(info->height - 1) / 2;
        float part = fmaxf(0, 1 - hypotf(x, y) / radius);
        for (int c = 0; c < 3; c++) {
            image[c * plane + i] = grey + (glow[c] - grey) * part;
        }
    }
}

// A broken export shows on the first picture: better at the start than in the middle of a night.
static int trial_run(const struct fw_model *model, struct fw_error *err)
{
    const struct fw_model_info *info = &model->info;
    struct fw_session *session = NULL;
    int result = fw_session_open(model, &session, err);
    if (result != 0) {
        return result;
    }
    draw_trial_picture(info, fw_session_input(session));
    result =
        info->type == FW_MODEL_YOLO ? try_detector(session, err) : try_classifier(session, err);
    if (result != 0) {
        fw_error_prefix(err, "model %s", model->path);
        err->kind = FW_ERROR_CONFIG;
    }
    fw_session_close(session);
    return result;
}

static int load(struct fw_model *model, const struct fw_model_wish *wish, struct fw_error *err)
{
    int result = read_file(model->path, model, err);
    if (result == 0) {
        result = digest(model, &model->info, err);
    }
    if (result == 0) {
        result = start_runtime(model, err);
    }
    if (result == 0) {
        name_by_stem(model->path, &model->info);
        result = check(model, wish, err);
        if (result != 0) {
            fw_error_prefix(err, "model %s", model->path);
        }
    }
    if (result == 0) {
        snprintf(model->info.id, sizeof(model->info.id), "%s@%.12s", model->info.name,
                 model->info.sha256);
        result = trial_run(model, err);
    }
    return result;
}

int fw_model_load(const char *path, const struct fw_model_wish *wish, struct fw_model **ret,
                  struct fw_error *err)
{
    static const struct fw_model_wish anything = { .type = FW_MODEL_ANY };
    struct fw_error local; // the checks put words in front of it
    if (err == NULL) {
        err = &local;
    }
    struct fw_model *model = fw_xcalloc(1, sizeof(*model));
    model->path = fw_xstrdup(path);
    int result = load(model, wish != NULL ? wish : &anything, err);
    if (result != 0) {
        fw_model_free(model);
        return result;
    }
    *ret = model;
    return 0;
}

void fw_model_free(struct fw_model *model)
{
    if (model == NULL) {
        return;
    }
    if (model->env != NULL) {
        fw_runtime_api()->ReleaseEnv(model->env);
    }
    fw_classes_done(&model->classes);
    free(model->bytes);
    free(model->path);
    free(model);
}

const struct fw_model_info *fw_model_info(const struct fw_model *model)
{
    return &model->info;
}

const char *fw_model_class_name(const struct fw_model *model, int class_id)
{
    assert(class_id >= 0 && class_id < model->classes.n);
    return model->classes.names[class_id];
}
