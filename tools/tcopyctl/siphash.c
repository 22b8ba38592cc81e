// SPDX-License-Identifier: GPL-2.0
/* SipHash-2-4, see siphash.h */
#include "siphash.h"

static u64 rotate(u64 x, unsigned int bits)
{
	return x << bits | x >> (64 - bits);
}

static void rounds(u64 v[4], unsigned int n)
{
	while (n--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

static u64 little_endian(const u8 *p, size_t n)
{
	u64 word = 0;

	while (n--)
		word = word << 8 | p[n];
	return word;
}

/**
 * siphash() - keyed hash
 * @key:	128 random bits
 * @data:	any bytes, any alignment
 * @len:	how many
 */
u64 siphash(const u64 key[2], const void *data, size_t len)
{
	u64 v[4] = {
		key[0] ^ 0x736f6d6570736575ull, key[1] ^ 0x646f72616e646f6dull,
		key[0] ^ 0x6c7967656e657261ull, key[1] ^ 0x7465646279746573ull,
	};
	const u8 *p = data;
	size_t left = len;
	u64 word;

	for (; left >= 8; left -= 8, p += 8) {
		word = little_endian(p, 8);
		v[3] ^= word;
		rounds(v, 2);
		v[0] ^= word;
	}
	word = little_endian(p, left) | (u64)len << 56;
	v[3] ^= word;
	rounds(v, 2);
	v[0] ^= word;
	v[2] ^= 0xff;
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
