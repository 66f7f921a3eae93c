# SPDX-License-Identifier: MIT
"""Near-duplicates: no two pictures that look alike stand on both sides.

Two steps. A perceptual hash of 64 bits finds candidates: which coefficients of the lowest 8 x 8 of a 32 x 32 cosine
transform of the brightness are above their median, the mean left out; scaling, JPEG and a little more or less light
change few of them. Hashes alone mistake a sunset for a camp-fire in the dark, so of the candidates those count whose
colour thumbnails, 16 x 16, correlate. Mirrored pictures are found too.
"""
from dataclasses import replace
from multiprocessing.pool import ThreadPool

import numpy as np
from PIL import Image

SIDE, LOW, THUMBNAIL = 32, 8, 16
MAX_DISTANCE = 12  # bits; at 14 every third pair of the data folder was of two places, at 12 none
MIN_CORRELATION = 0.8


def cosines():
    """The first LOW rows of the cosine transform (DCT-II) of SIDE values."""
    k, n = np.arange(LOW)[:, None], np.arange(SIDE)[None, :]
    return np.cos(np.pi * k * (2 * n + 1) / (2 * SIDE))


TRANSFORM = cosines()
MIRROR = np.where(np.arange(LOW) % 2 == 0, 1.0, -1.0)  # what a mirror does to the columns of the transform


def hash_image(image):
    """(hash, hash of the mirrored picture)."""
    grey = image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    low = TRANSFORM @ np.asarray(grey, np.float64) @ TRANSFORM.T
    return pack(low), pack(low * MIRROR)


def pack(low):
    bits = (low > np.median(low.ravel()[1:])).ravel()
    bits[0] = False  # the mean brightness says nothing
    return np.packbits(bits).view(np.uint64)[0]


def thumbnail_of(image):
    """float [THUMBNAIL,THUMBNAIL,3] without mean, of length 1: a product of two is their correlation."""
    pixels = np.asarray(image.convert("RGB").resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX), np.float32)
    pixels = pixels - pixels.mean(axis=(0, 1))
    return pixels / max(float(np.sqrt((pixels**2).sum())), 1e-6)


def looks_of(record):
    """(hash, mirrored hash, thumbnail) of a record's picture."""
    try:
        with Image.open(record.path) as image:
            image.draft("RGB", (4 * SIDE, 4 * SIDE))  # a large JPEG is decoded small
            return *hash_image(image), thumbnail_of(image)
    except OSError as error:
        # No SystemExit here: it would end the pool's thread unseen, and the pool would wait for ever.
        raise ValueError(f"{record.path}: not a readable picture: {error}") from error


BITS = np.array([bin(value).count("1") for value in range(65536)], np.uint8)


def distances(one, many):
    """In how many bits one hash differs from each of many."""
    return BITS[(many ^ one).view(np.uint16).reshape(len(many), 4)].sum(axis=1)


def looks_of_all(records):
    """Of each record (hash, mirrored hash, thumbnail). Some 2 ms a picture."""
    try:
        with ThreadPool() as pool:
            return pool.map(looks_of, records, chunksize=64)
    except ValueError as error:
        raise SystemExit(str(error)) from error


def side(records, split):
    return np.flatnonzero([record.split == split for record in records])


def find_pairs(records, looks):
    """(index, index, bits, correlation) of each pair of a validation and a training picture that look alike."""
    training = side(records, "train")
    hashes = np.array([looks[index][0] for index in training], np.uint64)
    pairs = []
    for left in side(records, "val"):
        straight, mirrored, thumbnail = looks[left]
        for one, shown in ((straight, thumbnail), (mirrored, thumbnail[:, ::-1])):
            bits = distances(one, hashes)
            for place in np.flatnonzero(bits <= MAX_DISTANCE):
                correlation = float((shown * looks[training[place]][2]).sum())
                if correlation >= MIN_CORRELATION:
                    pairs.append((int(left), int(training[place]), int(bits[place]), correlation))
    return pairs


def scene_of(record):
    return record.source, record.group


def join_near_duplicates(records):
    """The records, with every scene of the validation side of which a picture looks like one for training put wholly into
    training; again, until there is no such pair, for what came over may look like more."""
    looks = looks_of_all(records)
    while moved := {scene_of(records[left]) for left, _, _, _ in find_pairs(records, looks)}:
        records = [replace(record, split="train") if scene_of(record) in moved else record for record in records]
    return records


def drop_near_duplicates(records):
    """The same promise the other way: the scenes of the training side that look like one for validation are left out, and the
    validation side stays as it was declared. Better where what would come over is large, or the hardest there is."""
    moved = {scene_of(records[right]) for _, right, _, _ in find_pairs(records, looks_of_all(records))}
    return [record for record in records if record.split == "val" or scene_of(record) not in moved]
