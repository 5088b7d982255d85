/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.S: guests of 512 bytes. Each writes a line to its first serial port; then, by the symbol
 * that is defined:
 *	(none)   it halts, and knows no power button
 *	ACPI     it takes the power button (PIIX4's PM registers, which it switches on) and goes off
 *	OFF      it switches itself off at once
 *	REBOOT   it resets itself through the keyboard controller
 *	SPIN     it never halts
 *	ECHO     it writes back what comes on the serial port
 */
	.code16
	.globl _start
_start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$0x7c00, %sp
	mov	$0x3f8, %dx
	mov	$message, %si
1:	lodsb
	test	%al, %al
	jz	2f
	out	%al, %dx
	jmp	1b
2:

#ifdef SPIN
	jmp	.
#endif

#ifdef REBOOT
	mov	$0xfe, %al
	out	%al, $0x64
	jmp	.
#endif

#ifdef ECHO
3:	mov	$0x3fd, %dx
	in	%dx, %al
	test	$1, %al
	jz	3b
	mov	$0x3f8, %dx
	in	%dx, %al
	out	%al, %dx
	jmp	3b
#endif

#if defined(ACPI) || defined(OFF)
	/* The power management function of PIIX4 (00:01.3): its base, and that it answers. */
	mov	$0x80000b40, %eax
	mov	$0x0cf8, %dx
	out	%eax, %dx
	mov	$0x0601, %eax
	mov	$0x0cfc, %dx
	out	%eax, %dx
	mov	$0x80000b80, %eax
	mov	$0x0cf8, %dx
	out	%eax, %dx
	mov	$1, %al
	mov	$0x0cfc, %dx
	out	%al, %dx
#endif
#ifdef ACPI
	/* PM1 enable and status: bit 8 is the power button, which shows only where enabled. */
	cli
	mov	$0x602, %dx
	mov	$0x100, %ax
	out	%ax, %dx
4:	mov	$0x600, %dx
	in	%dx, %ax
	test	$0x100, %ax
	jz	4b
#endif
#if defined(ACPI) || defined(OFF)
	/* PM1 control: sleep type 0 (soft off) and sleep enable. */
	mov	$0x604, %dx
	mov	$0x2000, %ax
	out	%ax, %dx
#endif
5:	cli
	hlt
	jmp	5b

message:
	.asciz	"boot sector: here I am\r\n"
	.org	510
	.word	0xaa55
