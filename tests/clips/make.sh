#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Renders the odd and bad inputs that the tests use: make.sh FOLDER. A second call finds them there and does nothing.
#
# The clips show testsrc2, whose frame counter and sharp edges show a wrong order, shift or turn. What is particular
# about a clip stands beside it. Needs only the ffmpeg program (libx264, libx265, libvpx, an AV1 encoder).
set -euo pipefail

script=$(readlink -f "${BASH_SOURCE[0]}")
folder=$1
mkdir -p "$folder"
exec 9>"$folder.lock"
flock 9
stamp=$(sha256sum <"$script")
if [ -f "$folder/stamp" ] && [ "$(<"$folder/stamp")" = "$stamp" ]; then
    exit 0
fi
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"

render() {
    ffmpeg -v error -nostdin -y "$@"
}

# picture SIZE FRAMES [SOURCE]: 25 frames a second. (testsrc2 rounds sizes to even numbers, testsrc does not.)
picture() {
    lavfi=(-f lavfi -i "${3:-testsrc2}=size=$1:rate=25,trim=end_frame=$2")
}

x264=(-c:v libx264 -preset veryfast -threads 1 -pix_fmt yuv420p)
x265=(-c:v libx265 -preset ultrafast -x265-params log-level=error:pools=1:frame-threads=1)

# --- containers and codecs: 30 frames of 160x120 -------------------------------------------------

picture 160x120 30
render "${lavfi[@]}" -f lavfi -i sine=duration=1.2 \
    -map 0:v -map 1:a "${x264[@]}" -c:a aac -movflags +faststart plain.mp4 \
    -map 0:v -map 1:a "${x264[@]}" -c:a mp2 plain.ts \
    -map 0:v "${x264[@]}" raw.h264 \
    -map 0:v "${x265[@]}" hevc.mkv \
    -map 0:v -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -auto-alt-ref 1 -lag-in-frames 8 -pix_fmt yuv420p vp9.webm \
    -map 0:v -c:v mpeg4 -bf 2 -q:v 4 -pix_fmt yuv420p bframes.avi \
    -map 0:v -c:v mpeg2video -bf 2 -q:v 4 -pix_fmt yuv420p program.mpg \
    -map 0:v "${x264[@]}" camera.flv \
    -map 0:v -c:v mjpeg -q:v 4 -pix_fmt yuvj420p motion.avi \
    -map 0:v -pix_fmt yuv420p raw.y4m

picture 160x120 10
render "${lavfi[@]}" \
    -map 0:v -c:v libaom-av1 -cpu-used 8 -usage realtime -pix_fmt yuv420p av1.mp4 \
    -map 0:v "${x264[@]}" -metadata:s:v rotate=0 tail_index.mp4 \
    -map 0:v -frames:v 1 "${x264[@]}" one_frame.mp4 \
    -map 0:v -frames:v 1 still.png \
    -map 0:v -frames:v 1 -pix_fmt yuvj420p still.jpg

# --- pixels --------------------------------------------------------------------------------------

render "${lavfi[@]}" \
    -map 0:v "${x264[@]}" -pix_fmt yuv420p10le ten_bit.mp4 \
    -map 0:v "${x264[@]}" -pix_fmt yuv422p 422.mp4 \
    -map 0:v "${x264[@]}" -pix_fmt yuv444p 444.mp4 \
    -map 0:v -c:v ffv1 -pix_fmt gray gray.mkv \
    -map 0:v -c:v libx264rgb -preset veryfast -threads 1 -pix_fmt rgb24 rgb.mp4 \
    -map 0:v -vf scale=out_range=full,format=yuv420p "${x264[@]}" -color_range pc full_range.mp4 \
    -map 0:v -vf scale=out_color_matrix=bt709,format=yuv420p "${x264[@]}" -colorspace bt709 bt709.mp4 \
    -map 0:v -vf scale=out_color_matrix=bt2020,format=yuv420p "${x264[@]}" -colorspace bt2020nc bt2020.mp4 \
    -map 0:v "${x264[@]}" -flags +ildct+ilme interlaced.mp4 \
    -map 0:v -vf setsar=4/3 "${x264[@]}" anamorphic.mp4

# --- size and place ------------------------------------------------------------------------------

for turn in 90 180 270; do
    render -i tail_index.mp4 -c copy -metadata:s:v rotate=$turn rotated_$turn.mp4 # counter-clockwise in FFmpeg 5.1
done
render -i anamorphic.mp4 -c copy -metadata:s:v rotate=90 rotated_anamorphic.mp4
picture 161x121 10 testsrc
render "${lavfi[@]}" -map 0:v -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt yuv420p odd.webm \
    -map 0:v "${x264[@]}" -pix_fmt yuv444p odd_444.mp4
render -i odd_444.mp4 -c copy -metadata:s:v rotate=90 odd_rotated.mp4
picture 7680x4320 1
render "${lavfi[@]}" -c:v libx264 -preset ultrafast -pix_fmt yuv420p 8k.mp4
render -i still.png -vf scale=1:1,format=rgb24 -c:v ffv1 1x1.mkv
render -i still.png -vf scale=8:8 8x8.png
picture 200x152 10
render "${lavfi[@]}" "${x264[@]}" -bf 0 larger.ts \
    -map 0:v "${x264[@]}" -bf 0 larger.h264
render -i larger.ts -c copy larger.mp4
render -i larger.ts -c copy larger.flv
{ cat camera.flv && tail -c +14 larger.flv; } >parameters_change.flv # behind its header of 13 bytes
rm larger.flv
cat plain.ts larger.ts >resolution_changes.ts # its times begin again, too
picture 160x120 10
render "${lavfi[@]}" "${x264[@]}" -bf 0 smaller.h264
cat smaller.h264 larger.h264 >resolution_changes.h264

# --- time ----------------------------------------------------------------------------------------

render "${lavfi[@]}" \
    -map 0:v -vf 'setpts=(N+floor(N/3)*4)/25/TB' -fps_mode passthrough "${x264[@]}" variable_rate.mp4 \
    -map 0:v -vf setpts=N*1000/TB -fps_mode passthrough "${x264[@]}" slow.mkv \
    -map 0:v "${x264[@]}" -output_ts_offset 100 starts_late.ts
render -f lavfi -i testsrc2=size=160x120:rate=90000,trim=end_frame=10 "${x264[@]}" -video_track_timescale 90000 90000_fps.mp4
# dwRate of the video stream, 24 bytes into its header, is 0.
cp motion.avi zero_rate.avi
at=$(grep -obUa strh zero_rate.avi | head -1 | cut -d: -f1)
printf '\0\0\0\0' | dd of=zero_rate.avi bs=1 seek=$((at + 8 + 24)) conv=notrunc status=none
# An open group of pictures at the start, as a recording that begins anywhere has.
picture 160x120 60
render "${lavfi[@]}" "${x264[@]}" -g 12 -bf 2 -x264-params open-gop=1:scenecut=0:keyint=12:min-keyint=12 closed_start.ts
render -ss 0.7 -i closed_start.ts -c copy -copyinkf open_gop.ts
# Trimmed by an edit list, as phones do: the first frames are decoded and not shown.
render "${lavfi[@]}" "${x264[@]}" -g 60 untrimmed.mp4
render -ss 1 -i untrimmed.mp4 -c copy trimmed.mp4

# --- broken --------------------------------------------------------------------------------------

: >empty.mp4
# The same at every time, and without the byte 255, which begins frames of sound.
LC_ALL=C awk 'BEGIN { srand(7); for (i = 0; i < 20000; i++) printf "%c", 1 + int(rand() * 120) }' >noise.mp4
render -f lavfi -i sine=duration=0.5 -c:a aac audio_only.mp4 -c:a libmp3lame sound.mp3
render -i sound.mp3 -i still.jpg -map 0 -map 1 -c copy -disposition:v attached_pic cover.mp3
size=$(stat -c %s plain.mp4)
head -c $((size * 2 / 3)) plain.mp4 >cut_off.mp4 # its index stands in front
size=$(stat -c %s tail_index.mp4)
head -c $((size * 2 / 3)) tail_index.mp4 >no_index.mp4
# Some hundred bytes in the middle of the pictures are 0xff.
cp plain.ts damaged.ts
head -c 400 /dev/zero | tr '\0' '\377' | dd of=damaged.ts bs=1 seek=$((188 * 40 + 20)) conv=notrunc status=none
# The third chunk of pictures lies far behind the end.
cp plain.mp4 hole.mp4
at=$(grep -obUa stco hole.mp4 | head -1 | cut -d: -f1)
printf '\177\377\377\377' | dd of=hole.mp4 bs=1 seek=$((at + 12 + 2 * 4)) conv=notrunc status=none
# Pictures of 24 MiB each, and one whose header claims 20000x20000 behind one that is whole.
printf 'YUV4MPEG2 W4096 H4096 F25:1\nFRAME\n' >large_frame.y4m
truncate -s +25165824 large_frame.y4m
cp still.png huge_later.png
printf '\211PNG\r\n\032\n\0\0\0\rIHDR\0\0\116\040\0\0\116\040\010\002\0\0\0\377\377\377\377' >huge.png
printf '\0\0\0\004IDATabcd\377\377\377\377\0\0\0\0IEND\256\102\140\202' >>huge.png
cat huge.png >>huge_later.png
printf '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nplain.ts\n#EXT-X-ENDLIST\n' >playlist.m3u8
printf 'ffconcat version 1.0\nfile plain.ts\n' >list.ffconcat
# Names that libav would take apart.
cp one_frame.mp4 'a:b.mp4'
cp one_frame.mp4 'frame%d %s.mp4'
cp one_frame.mp4 ./-x
mkdir folder.mp4

echo "$stamp" >stamp
