/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pci_select.c: selectors of PCI functions. */
#include <errno.h>
#include <string.h>

#include "lib/value/pci_select.h"

enum { ID_LENGTH = 9 }; /* "10de:1b80" */

static int select_fail(const char *text, struct err *err)
{
	return err_set(err, EINVAL,
		       "\"%.80s\" is neither a PCI address (01:00.0, 01:00.*), nor "
		       "VENDOR:DEVICE (10de:1b80), nor VENDOR:DEVICE@ADDRESS",
		       text);
}

static int parse_both(const char *text, const char *at, struct pci_select *select,
		      struct err *err)
{
	char id[ID_LENGTH + 1];

	if (at - text != ID_LENGTH)
		return select_fail(text, err);
	memcpy(id, text, ID_LENGTH);
	id[ID_LENGTH] = '\0';
	if (pci_id_parse(id, &select->id, NULL) < 0 ||
	    pci_address_parse(at + 1, &select->address, NULL) < 0)
		return select_fail(text, err);
	return 0;
}

int pci_select_parse(const char *text, struct pci_select *select, struct err *err)
{
	const char *at = strchr(text, '@');
	int result;

	*select = (struct pci_select){ .address = { .is_set = false } };
	if (at)
		return parse_both(text, at, select, err);
	result = strchr(text, '.') ? pci_address_parse(text, &select->address, NULL)
				   : pci_id_parse(text, &select->id, NULL);
	return result < 0 ? select_fail(text, err) : 0;
}

void pci_select_format(const struct pci_select *select, struct strbuf *out)
{
	pci_id_format(&select->id, out);
	if (pci_id_is_set(&select->id) && select->address.is_set)
		strbuf_addc(out, '@');
	pci_address_format(&select->address, out);
}

bool pci_select_has_place(const struct pci_select *select,
			  const struct pci_address *address)
{
	const struct pci_address *wanted = &select->address;

	return wanted->is_set && wanted->domain == address->domain &&
	       wanted->bus == address->bus && wanted->device == address->device &&
	       (wanted->function == PCI_EVERY_FUNCTION ||
		wanted->function == address->function);
}

int pci_address_compare(const struct pci_address *a, const struct pci_address *b)
{
	if (a->domain != b->domain)
		return a->domain < b->domain ? -1 : 1;
	if (a->bus != b->bus)
		return a->bus < b->bus ? -1 : 1;
	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	return (a->function > b->function) - (a->function < b->function);
}
