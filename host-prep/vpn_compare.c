/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vpn_compare.c: whether a WireGuard interface still has what it was given.
 *
 * How it works: both are texts of wg(8), ours and what `wg showconf` says. Where peers are
 * (Endpoint) is not compared: they move about, and the kernel follows them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/vpn.h"

/* A piece of one of the texts; nothing is copied, as it may be a key. */
struct piece {
	const char *text;
	size_t length;
};

static bool is_same(struct piece a, struct piece b)
{
	return a.length == b.length && !memcmp(a.text, b.text, a.length);
}

/* The end of the section: where the next one begins. */
static const char *section_end(const char *section)
{
	const char *next = strstr(section, "\n[");

	return next ? next + 1 : section + strlen(section);
}

/* The value of `Key = ` in the section; one of no length where it has none. */
static struct piece find_value(const char *section, const char *key)
{
	const char *end = section_end(section);
	size_t length = strlen(key);

	for (const char *line = section; line < end; line += strcspn(line, "\n"), line++)
		if (!strncmp(line, key, length) && !strncmp(line + length, " = ", 3))
			return (struct piece){ line + length + 3,
					       strcspn(line + length + 3, "\n") };
	return (struct piece){ "", 0 };
}

static bool is_same_value(const char *a, const char *b, const char *key)
{
	return is_same(find_value(a, key), find_value(b, key));
}

/* The next [Peer] behind, or NULL. */
static const char *next_peer(const char *section)
{
	const char *next = strstr(section, "\n[Peer]");

	return next ? next + 1 : NULL;
}

static const char *find_peer(const char *text, struct piece key)
{
	for (const char *peer = next_peer(text); peer; peer = next_peer(peer))
		if (is_same(find_value(peer, "PublicKey"), key))
			return peer;
	return NULL;
}

/* ---- allowed addresses ---- */

/* Takes the first off the list. false at its end. */
static bool take_prefix(struct piece *list, struct ip_prefix *prefix)
{
	char word[IP_TEXT_SIZE];
	size_t length = 0, behind;

	while (length < list->length && !strchr(", ", list->text[length]))
		length++;
	snprintf(word, sizeof(word), "%.*s", (int)length, list->text);
	for (behind = length; behind < list->length && strchr(", ", list->text[behind]);)
		behind++;
	*list = (struct piece){ list->text + behind, list->length - behind };
	if (!length || ip_prefix_parse(word, prefix, NULL))
		return false;
	*prefix = ip_prefix_network(prefix);
	return true;
}

static bool has_prefix(const char *peer, const struct ip_prefix *wanted)
{
	struct piece list = find_value(peer, "AllowedIPs");
	struct ip_prefix prefix;

	while (take_prefix(&list, &prefix))
		if (prefix.length == wanted->length &&
		    ip_compare(&prefix.address, &wanted->address) == 0)
			return true;
	return false;
}

/* Whether all of a's are b's; what a later peer of a's own text asks for, too, is that one's. */
static bool has_prefixes(const char *a, const char *b)
{
	struct piece list = find_value(a, "AllowedIPs");
	struct ip_prefix prefix;

	while (take_prefix(&list, &prefix)) {
		bool later = false;

		for (const char *peer = next_peer(a); peer; peer = next_peer(peer))
			later |= has_prefix(peer, &prefix);
		if (!later && !has_prefix(b, &prefix))
			return false;
	}
	return true;
}

/* ---- what is different ---- */

static const char *compare_peer(const char *ours, const char *there)
{
	if (!there)
		return "does not know the peer";
	if (!has_prefixes(ours, there) || !has_prefixes(there, ours))
		return "other allowed addresses of the peer";
	if (!is_same_value(ours, there, "PresharedKey"))
		return "another preshared key of the peer";
	if (!is_same_value(ours, there, "PersistentKeepalive"))
		return "another keepalive of the peer";
	return NULL;
}

static const char *compare_interface(const char *ours, const char *there)
{
	if (!is_same_value(ours, there, "PrivateKey"))
		return "another private key";
	/* Without one of ours the kernel chooses. */
	if (find_value(ours, "ListenPort").length &&
	    !is_same_value(ours, there, "ListenPort"))
		return "another port";
	if (find_value(there, "FwMark").length)
		return "a mark on what it sends";
	for (const char *peer = next_peer(there); peer; peer = next_peer(peer))
		if (!find_peer(ours, find_value(peer, "PublicKey")))
			return "a peer that no file has";
	return NULL;
}

const char *vpn_difference(const char *ours, const char *there, int *index)
{
	const char *words = compare_interface(ours, there);
	int number = 0;

	*index = -1;
	for (const char *peer = next_peer(ours); !words && peer;
	     peer = next_peer(peer), number++) {
		words = compare_peer(peer,
				     find_peer(there, find_value(peer, "PublicKey")));
		if (words)
			*index = number;
	}
	return words;
}
