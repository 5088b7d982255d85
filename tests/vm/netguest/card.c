/* SPDX-License-Identifier: GPL-2.0-or-later */
/* card.c: Intel's 82574L (its datasheet's chapters 7 and 10), polled, with legacy descriptors. */
#include "tests/vm/netguest/netguest.h"

enum { RING = 16, BUSES = 16, BUFFER = 2048 };

enum {
	PCI_ID = 0x00,
	PCI_COMMAND = 0x04,
	PCI_BAR0 = 0x10,
	PCI_MEMORY_AND_MASTER = 6,
	CARD_ID = 0x10d38086,
	FUNCTION_STEP = 1 << 8,
};

/* Registers, by 4 bytes. */
enum {
	RCTL = 0x100 / 4,
	TCTL = 0x400 / 4,
	RECEIVE = 0x2800 / 4,
	TRANSMIT = 0x3800 / 4,
	RAL = 0x5400 / 4,
	RAH = 0x5404 / 4,
};

/* Of each ring, behind RECEIVE or TRANSMIT. */
enum { BASE, BASE_HIGH, LENGTH, HEAD = 4, TAIL = 6 };

enum {
	RCTL_ON = 1 << 1 | 1 << 15 | 1 << 26, /* with broadcasts, without checksums */
	TCTL_ON = 1 << 1 | 1 << 3,
	DONE = 1,
	SEND = 1 | 1 << 1 | 1 << 3, /* a whole frame, with its checksum, to be reported */
};

struct descriptor {
	uint32_t address, address_high;
	uint16_t length;
	uint8_t offset, command; /* of what is sent */
	volatile uint8_t status;
	uint8_t errors;
	uint16_t special;
};

struct card {
	volatile uint32_t *regs;
	struct descriptor receive[RING] __attribute__((aligned(128)));
	struct descriptor transmit[RING] __attribute__((aligned(128)));
	uint8_t received[RING][BUFFER], sent[RING][BUFFER];
	unsigned next_received, next_sent;
	bool is_taken; /* what next_received shows was given out */
	uint8_t mac[6];
};

static struct card cards[CARDS_MAX];

static void set_ring(struct card *card, unsigned which, struct descriptor *ring,
		     unsigned tail)
{
	volatile uint32_t *regs = card->regs + which;

	regs[BASE] = (uint32_t)ring;
	regs[BASE_HIGH] = 0;
	regs[LENGTH] = RING * sizeof(*ring);
	regs[HEAD] = 0;
	regs[TAIL] = tail;
}

static void start(struct card *card)
{
	uint32_t low = card->regs[RAL], high = card->regs[RAH];

	for (int i = 0; i < 6; i++)
		card->mac[i] = (uint8_t)(i < 4 ? low >> 8 * i : high >> 8 * (i - 4));
	for (int i = 0; i < RING; i++) {
		card->receive[i].address = (uint32_t)card->received[i];
		card->transmit[i].address = (uint32_t)card->sent[i];
	}
	set_ring(card, RECEIVE, card->receive, RING - 1);
	set_ring(card, TRANSMIT, card->transmit, 0);
	card->regs[RCTL] = RCTL_ON;
	card->regs[TCTL] = TCTL_ON;
}

unsigned card_find_all(void)
{
	unsigned count = 0;

	for (uint32_t place = 0; place < BUSES << 16 && count < CARDS_MAX;
	     place += FUNCTION_STEP) {
		if (pci_read(place, PCI_ID) != CARD_ID)
			continue;
		pci_write(place, PCI_COMMAND,
			  pci_read(place, PCI_COMMAND) | PCI_MEMORY_AND_MASTER);
		cards[count].regs =
			(volatile uint32_t *)(pci_read(place, PCI_BAR0) & ~0xfu);
		start(&cards[count++]);
	}
	return count;
}

struct card *card_at(unsigned i)
{
	return &cards[i];
}

const uint8_t *card_mac(const struct card *card)
{
	return card->mac;
}

void card_send(struct card *card, const void *frame, size_t length)
{
	struct descriptor *row = &card->transmit[card->next_sent];

	memcpy(card->sent[card->next_sent], frame, length);
	row->length = (uint16_t)(length < 60 ? 60 : length);
	row->status = 0;
	row->command = SEND;
	card->next_sent = (card->next_sent + 1) % RING;
	__asm__ volatile("" : : : "memory");
	card->regs[TRANSMIT + TAIL] = card->next_sent;
}

static void give_back(struct card *card)
{
	card->receive[card->next_received].status = 0;
	card->regs[RECEIVE + TAIL] = card->next_received;
	card->next_received = (card->next_received + 1) % RING;
	card->is_taken = false;
}

uint8_t *card_receive(struct card *card, size_t *length)
{
	struct descriptor *row;

	if (card->is_taken)
		give_back(card);
	row = &card->receive[card->next_received];
	if (!(row->status & DONE))
		return NULL;
	card->is_taken = true;
	*length = row->length;
	return card->received[card->next_received];
}
