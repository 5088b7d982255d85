/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pci.c: addresses and identities of PCI functions. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "lib/value/pci.h"

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *place = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return place ? (int)(place - digits) : -1;
}

/* Reads `least` to `most` digits up to `maximum`; returns their end, or NULL. */
static const char *read_hex(const char *text, int least, int most, uint32_t maximum,
			    uint32_t *value)
{
	int count = 0;
	int digit;

	*value = 0;
	while (count < most && (digit = hex_digit(text[count])) >= 0) {
		*value = *value << 4 | (uint32_t)digit;
		count++;
	}
	return count < least || *value > maximum ? NULL : text + count;
}

/* Reads the digits and the mark behind them. */
static const char *read_part(const char *text, int least, int most, uint32_t maximum,
			     char mark, uint32_t *value)
{
	text = read_hex(text, least, most, maximum, value);
	return text && *text == mark ? text + 1 : NULL;
}

static bool read_function(const char *text, uint32_t *function)
{
	if (strcmp(text, "*") == 0) {
		*function = PCI_EVERY_FUNCTION;
		return true;
	}
	text = read_hex(text, 1, 1, 7, function);
	return text && *text == '\0';
}

int pci_address_parse(const char *text, struct pci_address *address, struct err *err)
{
	uint32_t domain = 0, bus, device, function;
	const char *first = strchr(text, ':');
	const char *rest = text;

	if (first && strchr(first + 1, ':'))
		rest = read_part(rest, 4, 8, UINT32_MAX, ':', &domain);
	rest = rest ? read_part(rest, 1, 2, 0xff, ':', &bus) : NULL;
	rest = rest ? read_part(rest, 1, 2, 0x1f, '.', &device) : NULL;
	if (!rest || !read_function(rest, &function))
		return err_set(
			err, EINVAL,
			"\"%.80s\" is not a PCI address such as 01:00.0, 01:00.* or "
			"0000:01:00.0",
			text);
	*address = (struct pci_address){
		.domain = domain,
		.bus = (uint8_t)bus,
		.device = (uint8_t)device,
		.function = (uint8_t)function,
		.is_set = true,
	};
	return 0;
}

void pci_address_format(const struct pci_address *address, struct strbuf *out)
{
	if (!address->is_set)
		return;
	strbuf_addf(out, "%04x:%02x:%02x.", address->domain, address->bus,
		    address->device);
	if (address->function == PCI_EVERY_FUNCTION)
		strbuf_addc(out, '*');
	else
		strbuf_addf(out, "%u", address->function);
}

int pci_id_parse(const char *text, struct pci_id *id, struct err *err)
{
	uint32_t vendor, device;
	const char *rest = read_part(text, 4, 4, 0xffff, ':', &vendor);

	rest = rest ? read_hex(rest, 4, 4, 0xffff, &device) : NULL;
	if (!rest || *rest || (vendor == 0 && device == 0))
		return err_set(err, EINVAL,
			       "\"%.80s\" is not a VENDOR:DEVICE pair such as 10de:1b80",
			       text);
	id->vendor = (uint16_t)vendor;
	id->device = (uint16_t)device;
	return 0;
}

void pci_id_format(const struct pci_id *id, struct strbuf *out)
{
	if (id->vendor || id->device)
		strbuf_addf(out, "%04x:%04x", id->vendor, id->device);
}
