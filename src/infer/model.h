// SPDX-License-Identifier: MIT
// A network that finds fire, from an ONNX file that keeps one of two contracts. Both have one
// input, float32 [N,3,H,W], RGB 0..1, N 1 or open, and optional metadata: `firewatch.name`,
// `firewatch.threshold`, `firewatch.event_start_score`.
//
// A classifier with an activation map takes pictures squashed to H x W, which are fixed, and gives
// `probability` float32 [N] and `heatmap` float32 [N,h,w].
//
// A YOLO detector, as Ultralytics exports it, takes pictures of their own shape with grey around
// (base/letterbox.h) and has one output, float32 [N,4+classes,boxes] or [N,boxes,4+classes]: for
// each box its centre and size in pixels of the input, and one probability a class. Metadata, all
// optional: `names` of the classes, `imgsz` where H and W are open (else 640), `task`.
#ifndef FW_INFER_MODEL_H
#define FW_INFER_MODEL_H

#include "base/error.h"
#include "base/letterbox.h"
#include "base/macros.h"
#include "infer/object.h"

struct fw_model;
struct fw_session;

enum { FW_MODEL_NAME_SIZE = 64, FW_MODEL_ID_SIZE = 96 };

enum fw_model_type {
    FW_MODEL_ANY, // of a wish: whatever the file is
    FW_MODEL_CLASSIFIER,
    FW_MODEL_YOLO,
};

// What the user asks a model to be.
struct fw_model_wish {
    enum fw_model_type type;
    // A detector's classes that count as fire, names or numbers separated by commas. NULL: those
    // whose names say fire, as the Python original chooses (infer/classes.h).
    const char *classes;
};

struct fw_model_info {
    enum fw_model_type type;
    char name[FW_MODEL_NAME_SIZE]; // from the metadata, else the file's stem
    char id[FW_MODEL_ID_SIZE];     // name@digest: what every result carries
    char sha256[65];               // of the file, hexadecimal
    int width;                     // of the input
    int height;
    int heatmap_width; // 0 of a detector
    int heatmap_height;
    int n_classes;           // 0 of a classifier
    float threshold;         // from the metadata, else 0.5
    float event_start_score; // from the metadata, else 0: the threshold alone begins a fire
};

// Loads and checks a model file. `wish` NULL: any type, its own fire classes. On success *ret is
// the caller's; sessions outlive it not. Errors: CONFIG, naming the file and which input or output
// breaks the contract in which way, or what it looks like when it is of another type than wished.
int fw_model_load(const char *path, const struct fw_model_wish *wish, struct fw_model **ret,
                  struct fw_error *err);
void fw_model_free(struct fw_model *model); // NULL is allowed; no session may be left

// Borrowed; valid until free.
const struct fw_model_info *fw_model_info(const struct fw_model *model);

// The name of a detector's class, "class 3" where the file has none. Borrowed; valid until free.
const char *fw_model_class_name(const struct fw_model *model, int class_id);

// A session runs the model on the calling thread alone (one thread, FP32). One thread at a time per
// session; make one for each worker. On success *ret is the caller's.
int fw_session_open(const struct fw_model *model, struct fw_session **ret, struct fw_error *err);
void fw_session_close(struct fw_session *session); // NULL is allowed

// The input to fill before fw_session_run: 3 x height x width floats, planar RGB in 0..1. Borrowed,
// the same memory at each call.
float *fw_session_input(struct fw_session *session);

// Runs a classifier on the input. *ret_probability is in 0..1; `ret_heatmap` gets heatmap_height x
// heatmap_width floats, row by row, higher is hotter, no fixed range. Errors: FATAL when the
// runtime fails or a result is NaN, infinite or outside of 0..1: a model that fails is never a "no
// fire".
int fw_session_run(struct fw_session *session, float *ret_probability, float *ret_heatmap,
                   struct fw_error *err);

// Runs a detector on the input, a picture that lies there as `letterbox` says. Objects of wanted
// classes come with at least a confidence of `threshold`; of two of one class that overlap by more
// than `iou` (common area over joint area, 0..1) only the better one. Errors: FATAL as above, when
// any value of the output, of whatever box, is not finite or a probability outside of 0..1.
int fw_session_detect(struct fw_session *session, const struct fw_letterbox *letterbox,
                      float threshold, float iou, struct fw_objects *ret, struct fw_error *err);

FW_DEFINE_CLEANUP(struct fw_model *, fw_model_free)
FW_DEFINE_CLEANUP(struct fw_session *, fw_session_close)

#endif
