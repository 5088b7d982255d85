/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.c: a PC's timer, power button, serial port and PCI configuration. */
#include <stdarg.h>

#include "tests/vm/netguest/netguest.h"

enum {
	PIC_COMMAND = 0x20,
	PIC_DATA = 0x21,
	PIC2_DATA = 0xa1,
	PIT_CHANNEL = 0x40,
	PIT_MODE = 0x43,
	PIT_HZ = 1193182,
	SERIAL = 0x3f8,
	/* Where SeaBIOS puts ACPI's registers: PM1 status, enable and control. */
	PM_STATUS = 0x600,
	PM_ENABLE = 0x602,
	PM_CONTROL = 0x604,
	PM_BUTTON = 0x100,
	PM_OFF = 0x2000,
	TIMER_VECTOR = 32,
};

volatile uint32_t ticks;
void on_timer(void);

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
	void *result = to;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(length) : : "memory");
	return result;
}

void *memset(void *at, int byte, size_t length)
{
	void *result = at;

	__asm__ volatile("rep stosb" : "+D"(at), "+c"(length) : "a"(byte) : "memory");
	return result;
}

static void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void outw(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static void outl(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static uint16_t inw(uint16_t port)
{
	uint16_t value;

	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static uint32_t inl(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* The first controller's eight interrupts from 32 on, all but the timer's masked. */
static void set_pic(void)
{
	static const uint8_t words[] = { TIMER_VECTOR, 4, 1, 0xfe };

	outb(PIC_COMMAND, 0x11);
	for (size_t i = 0; i < sizeof(words); i++)
		outb(PIC_DATA, words[i]);
	outb(PIC2_DATA, 0xff);
}

void machine_init(void)
{
	static struct {
		uint16_t low, segment, kind, high;
	} gates[TIMER_VECTOR + 1];
	struct {
		uint16_t limit;
		uint32_t base;
	} __attribute__((packed)) table = { sizeof(gates) - 1, (uint32_t)gates };
	uint32_t code = (uint32_t)on_timer;
	uint16_t segment;

	__asm__("mov %%cs, %0" : "=r"(segment));
	gates[TIMER_VECTOR].low = (uint16_t)code;
	gates[TIMER_VECTOR].segment = segment;
	gates[TIMER_VECTOR].kind = 0x8e00;
	gates[TIMER_VECTOR].high = (uint16_t)(code >> 16);
	__asm__ volatile("lidt %0" : : "m"(table), "m"(gates));
	set_pic();
	outb(PIT_MODE, 0x34);
	outb(PIT_CHANNEL, (PIT_HZ / TICKS_SECOND) & 0xff);
	outb(PIT_CHANNEL, (PIT_HZ / TICKS_SECOND) >> 8);
	outw(PM_ENABLE, PM_BUTTON);
	__asm__ volatile("sti");
}

void machine_wait(void)
{
	__asm__ volatile("hlt");
	if (!(inw(PM_STATUS) & PM_BUTTON))
		return;
	say("switched off\n");
	outw(PM_CONTROL, PM_OFF);
}

static void write_number(uint32_t number, unsigned base, int digits)
{
	char text[12];
	int at = sizeof(text);

	do {
		text[--at] = "0123456789abcdef"[number % base];
		number /= base;
		digits--;
	} while (number || digits > 0);
	for (; at < (int)sizeof(text); at++)
		outb(SERIAL, (uint8_t)text[at]);
}

static void write_list(const uint8_t *bytes, int count, char between, unsigned base,
		       int digits)
{
	for (int i = 0; i < count; i++) {
		if (i)
			outb(SERIAL, (uint8_t)between);
		write_number(bytes[i], base, digits);
	}
}

static void write_value(char kind, va_list *values)
{
	uint8_t bytes[4];

	switch (kind) {
	case 's':
		for (const char *text = va_arg(*values, const char *); *text; text++)
			outb(SERIAL, (uint8_t)*text);
		break;
	case 'd':
		write_number(va_arg(*values, uint32_t), 10, 1);
		break;
	case 'i':
		put32(bytes, va_arg(*values, uint32_t));
		write_list(bytes, 4, '.', 10, 1);
		break;
	case 'm':
		write_list(va_arg(*values, const uint8_t *), 6, ':', 16, 2);
		break;
	}
}

void say(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	for (; *format; format++) {
		if (*format == '%') {
			write_value(*++format, &values);
			continue;
		}
		if (*format == '\n')
			outb(SERIAL, '\r');
		outb(SERIAL, (uint8_t)*format);
	}
	va_end(values);
}

uint32_t pci_read(uint32_t place, uint32_t reg)
{
	outl(0xcf8, 0x80000000 | place | reg);
	return inl(0xcfc);
}

void pci_write(uint32_t place, uint32_t reg, uint32_t value)
{
	outl(0xcf8, 0x80000000 | place | reg);
	outl(0xcfc, value);
}
