// SPDX-License-Identifier: MIT
// The least that can be done: decode, scale, infer, tint, encode in one loop on one thread, nothing
// kept.
//
// What `firewatch run` is measured against: the price of its structure is the difference. No errors
// are handled beyond stopping, no boxes, no file, no detections.
//
//     bare CLIP MODEL.onnx THRESHOLD X264_PRESET X264_PARAMS CRF     prints the number of frames
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libyuv.h>
#include <onnxruntime_c_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(CONDITION)                                                                           \
    do {                                                                                           \
        if (!(CONDITION)) {                                                                        \
            fprintf(stderr, "bare: %s:%d: %s\n", __FILE__, __LINE__, #CONDITION);                  \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

enum { MAX_MAP = 64 * 64 };

static struct {
    const OrtApi *api;
    OrtSession *session;
    OrtValue *input_value;
    OrtValue *output_values[2];
    float *input;
    float map[MAX_MAP];
    float probability;
    int side[2]; // height, width of the input
    int map_side[2];
} net;

static void load_network(const char *path)
{
    OrtEnv *env = NULL;
    OrtSessionOptions *options = NULL;
    OrtMemoryInfo *memory = NULL;
    OrtTypeInfo *type = NULL;
    const OrtTensorTypeAndShapeInfo *shape = NULL;
    int64_t dims[4];
    net.api = OrtGetApiBase()->GetApi(ORT_API_VERSION);
    CHECK(net.api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "bare", &env) == NULL);
    CHECK(net.api->CreateSessionOptions(&options) == NULL);
    CHECK(net.api->SetIntraOpNumThreads(options, 1) == NULL);
    CHECK(net.api->CreateSession(env, path, options, &net.session) == NULL);
    CHECK(net.api->SessionGetInputTypeInfo(net.session, 0, &type) == NULL);
    CHECK(net.api->CastTypeInfoToTensorInfo(type, &shape) == NULL);
    CHECK(net.api->GetDimensions(shape, dims, 4) == NULL);
    net.side[0] = (int)dims[2];
    net.side[1] = (int)dims[3];
    CHECK(net.api->SessionGetOutputTypeInfo(net.session, 1, &type) == NULL);
    CHECK(net.api->CastTypeInfoToTensorInfo(type, &shape) == NULL);
    CHECK(net.api->GetDimensions(shape, dims, 3) == NULL);
    net.map_side[0] = (int)dims[1];
    net.map_side[1] = (int)dims[2];
    CHECK(net.map_side[0] > 0 && net.map_side[0] * net.map_side[1] <= MAX_MAP);

    size_t n_input = 3 * (size_t)net.side[0] * (size_t)net.side[1];
    net.input = calloc(n_input, sizeof(float));
    CHECK(net.input != NULL);
    int64_t input_shape[] = { 1, 3, net.side[0], net.side[1] };
    int64_t one[] = { 1 };
    int64_t map_shape[] = { 1, net.map_side[0], net.map_side[1] };
    CHECK(net.api->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory) == NULL);
    CHECK(net.api->CreateTensorWithDataAsOrtValue(
              memory, net.input, n_input * sizeof(float), input_shape, 4,
              ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &net.input_value) == NULL);
    CHECK(net.api->CreateTensorWithDataAsOrtValue(memory, &net.probability, sizeof(float), one, 1,
                                                  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
                                                  &net.output_values[0]) == NULL);
    CHECK(net.api->CreateTensorWithDataAsOrtValue(
              memory, net.map, (size_t)(net.map_side[0] * net.map_side[1]) * sizeof(float),
              map_shape, 3, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &net.output_values[1]) == NULL);
}

static void scale(const AVFrame *frame)
{
    static uint8_t *small[3];
    static uint8_t *argb;
    int width = net.side[1];
    int height = net.side[0];
    size_t n = (size_t)width * (size_t)height;
    if (argb == NULL) {
        for (int p = 0; p < 3; p++) {
            small[p] = malloc(n);
        }
        argb = malloc(4 * n);
    }
    I420Scale(frame->data[0], frame->linesize[0], frame->data[1], frame->linesize[1],
              frame->data[2], frame->linesize[2], frame->width, frame->height, small[0], width,
              small[1], width / 2, small[2], width / 2, width, height, kFilterBox);
    I420ToARGB(small[0], width, small[1], width / 2, small[2], width / 2, argb, 4 * width, width,
               height);
    for (size_t i = 0; i < n; i++) {
        net.input[i] = (float)argb[4 * i + 2] * (1.0f / 255);
        net.input[n + i] = (float)argb[4 * i + 1] * (1.0f / 255);
        net.input[2 * n + i] = (float)argb[4 * i] * (1.0f / 255);
    }
}

static void infer(void)
{
    static const char *const input_names[] = { "image" };
    static const char *const output_names[] = { "probability", "heatmap" };
    const OrtValue *inputs[] = { net.input_value };
    CHECK(net.api->Run(net.session, NULL, input_names, inputs, 1, output_names, 2,
                       net.output_values) == NULL);
}

// One colour for each cell of the map: the cheapest heat there is.
static void tint(AVFrame *frame)
{
    for (int p = 0; p < 3; p++) {
        int width = p == 0 ? frame->width : frame->width / 2;
        int height = p == 0 ? frame->height : frame->height / 2;
        for (int y = 0; y < height; y++) {
            uint8_t *row = frame->data[p] + y * frame->linesize[p];
            for (int x = 0; x < width; x++) {
                int cell =
                    y * net.map_side[0] / height * net.map_side[1] + x * net.map_side[1] / width;
                row[x] = (uint8_t)((row[x] * 154 + (int)(net.map[cell] * 16) * 102) >> 8);
            }
        }
    }
}

static AVCodecContext *open_decoder(const AVStream *stream)
{
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    AVCodecContext *context = avcodec_alloc_context3(codec);
    CHECK(avcodec_parameters_to_context(context, stream->codecpar) >= 0);
    context->thread_count = 1;
    CHECK(avcodec_open2(context, codec, NULL) >= 0);
    return context;
}

static AVCodecContext *open_encoder(const AVFrame *frame, AVRational time_base, char **argv)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
    AVCodecContext *context = avcodec_alloc_context3(codec);
    context->width = frame->width;
    context->height = frame->height;
    context->pix_fmt = AV_PIX_FMT_YUV420P;
    context->time_base = time_base;
    context->thread_count = 1;
    context->max_b_frames = 0;
    context->gop_size = 50;
    AVDictionary *options = NULL;
    av_dict_set(&options, "preset", argv[4], 0);
    av_dict_set(&options, "x264-params", argv[5], 0);
    av_dict_set(&options, "crf", argv[6], 0);
    CHECK(avcodec_open2(context, codec, &options) >= 0);
    av_dict_free(&options);
    return context;
}

static void encode(AVCodecContext *encoder, const AVFrame *frame)
{
    static AVPacket *packet;
    if (packet == NULL) {
        packet = av_packet_alloc();
    }
    CHECK(avcodec_send_frame(encoder, frame) >= 0);
    while (avcodec_receive_packet(encoder, packet) >= 0) {
        av_packet_unref(packet);
    }
}

int main(int argc, char **argv)
{
    CHECK(argc == 7);
    AVFormatContext *input = NULL;
    CHECK(avformat_open_input(&input, argv[1], NULL, NULL) >= 0);
    CHECK(avformat_find_stream_info(input, NULL) >= 0);
    int idx = av_find_best_stream(input, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    CHECK(idx >= 0);
    load_network(argv[2]);
    float threshold = strtof(argv[3], NULL);
    AVCodecContext *decoder = open_decoder(input->streams[idx]);
    AVCodecContext *encoder = NULL;
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    long n_frames = 0;
    for (int more = 1; more;) {
        more = av_read_frame(input, packet) >= 0;
        if (more && packet->stream_index != idx) {
            av_packet_unref(packet);
            continue;
        }
        CHECK(avcodec_send_packet(decoder, more ? packet : NULL) >= 0);
        av_packet_unref(packet);
        while (avcodec_receive_frame(decoder, frame) >= 0) {
            scale(frame);
            infer();
            if (net.probability >= threshold) {
                CHECK(av_frame_make_writable(frame) >= 0);
                tint(frame);
            }
            if (encoder == NULL) {
                encoder = open_encoder(frame, input->streams[idx]->time_base, argv);
            }
            frame->pict_type = AV_PICTURE_TYPE_NONE;
            encode(encoder, frame);
            n_frames++;
        }
    }
    if (encoder != NULL) {
        encode(encoder, NULL);
    }
    printf("%ld\n", n_frames);
    return 0;
}
