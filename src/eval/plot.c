// SPDX-License-Identifier: MIT
// Draws the ROC curve and the reliability as one SVG picture.
#include "base/file.h"
#include "eval/report.h"

#include <math.h>
#include <stdio.h>

// Layout in SVG units: two square panels side by side.
enum { SIDE = 360, LEFT = 60, TOP = 50, APART = 480, WIDTH = 940, HEIGHT = 480 };

// A curve of more points than this can't be told from one of these.
enum { MAX_CURVE_POINTS = 2000 };

static double x_of(int panel, double value)
{
    return LEFT + APART * panel + SIDE * value;
}

static double y_of(double value)
{
    return TOP + SIDE * (1 - value);
}

static void draw_panel(FILE *out, int panel, const char *title, const char *across, const char *up)
{
    double left = x_of(panel, 0);
    fprintf(out,
            "<text x=\"%.0f\" y=\"%d\" class=\"title\">%s</text>\n"
            "<text x=\"%.0f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n"
            "<text transform=\"translate(%.0f %d) rotate(-90)\" text-anchor=\"middle\">%s</text>\n",
            left, TOP - 16, title, left + SIDE / 2.0, TOP + SIDE + 44, across, left - 40,
            TOP + SIDE / 2, up);
    for (int i = 0; i <= 5; i++) {
        double value = i / 5.0;
        double x = x_of(panel, value);
        double y = y_of(value);
        fprintf(out,
                "<path class=\"grid\" d=\"M%.1f %dV%dM%.1f %.1fH%.1f\"/>\n"
                "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.1f</text>\n"
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>\n",
                x, TOP, TOP + SIDE, left, y, left + SIDE, x, TOP + SIDE + 20, value, left - 8,
                y + 4, value);
    }
}

static void draw_roc(FILE *out, const struct fw_eval_result *result)
{
    draw_panel(out, 0, "ROC curve", "false-positive rate", "true-positive rate");
    fprintf(out, "<path class=\"chance\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", x_of(0, 0), y_of(0),
            x_of(0, 1), y_of(1));
    fprintf(out, "<path class=\"curve\" d=\"M%.1f %.1f", x_of(0, 0), y_of(0));
    size_t step = result->n_roc / MAX_CURVE_POINTS + 1;
    for (size_t i = 0; i < result->n_roc; i += i + step < result->n_roc ? step : 1) {
        const struct fw_eval_counts *counts = &result->roc[i].counts;
        fprintf(out, "L%.2f %.2f", x_of(0, fw_eval_fpr(counts)), y_of(fw_eval_tpr(counts)));
    }
    fprintf(out, "\"/>\n<circle class=\"here\" cx=\"%.2f\" cy=\"%.2f\" r=\"6\"/>\n",
            x_of(0, fw_eval_fpr(&result->counts)), y_of(fw_eval_tpr(&result->counts)));
    fprintf(out,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">area %.4f</text>\n"
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">threshold %.4f: %.3f found at %.3f "
            "false</text>\n",
            x_of(0, 0.97), y_of(0.12), result->auc, x_of(0, 0.97), y_of(0.05),
            (double)result->threshold, fw_eval_tpr(&result->counts), fw_eval_fpr(&result->counts));
}

static void draw_reliability(FILE *out, const struct fw_eval_result *result)
{
    draw_panel(out, 1, "Reliability", "score", "part that is fire");
    fprintf(out, "<path class=\"chance\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", x_of(1, 0), y_of(0),
            x_of(1, 1), y_of(1));
    for (int i = 0; i < FW_EVAL_BINS; i++) {
        const struct fw_eval_bin *bin = &result->bins[i];
        if (bin->n == 0) {
            continue;
        }
        double left = x_of(1, (double)i / FW_EVAL_BINS);
        double top = y_of(bin->fire_part);
        fprintf(out,
                "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n"
                "<circle class=\"here\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>\n"
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" class=\"small\">%lld</text>\n",
                left + 2, top, (double)SIDE / FW_EVAL_BINS - 4, y_of(0) - top,
                x_of(1, bin->mean_score), top, left + SIDE / (2.0 * FW_EVAL_BINS), y_of(0) - 5,
                (long long)bin->n);
    }
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\">calibration error %.4f</text>\n", x_of(1, 0.03),
            y_of(0.95), result->calibration_error);
}

int fw_eval_plot(const struct fw_eval_result *result, const char *path, struct fw_error *err)
{
    FILE *out = NULL;
    int ret = fw_part_create(path, &out, err);
    if (ret != 0) {
        return ret;
    }
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\" font-family=\"sans-serif\" font-size=\"13\">\n<style>"
            "text{fill:#333}.title{font-size:16px;font-weight:bold}.small{font-size:10px}"
            ".grid{stroke:#ddd;fill:none}.chance{stroke:#999;stroke-dasharray:5 5;fill:none}"
            ".curve{stroke:#d9480f;stroke-width:2.5;fill:none}.here{fill:#d9480f}"
            ".bar{fill:#ffd8a8}</style>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
            WIDTH, HEIGHT, WIDTH, HEIGHT);
    draw_roc(out, result);
    draw_reliability(out, result);
    fputs("</svg>\n", out);
    return fw_part_finish(path, out, err);
}
