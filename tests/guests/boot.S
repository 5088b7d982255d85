/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.S: guests of 512 bytes. Each writes a line to its first serial port; then, by the symbol
 * that is defined:
 *	(none)   it halts, and knows no power button
 *	ACPI     it takes the power button (PIIX4's PM registers, which it switches on) and goes off
 *	OFF      it switches itself off at once
 *	REBOOT   it resets itself through the keyboard controller
 *	SPIN     it never halts
 *	PANIC    it tells its first boot's panic through pvpanic (QEMU's docs/specs/pvpanic), which a
 *	         byte of the clock's memory remembers
 *	ECHO     it writes back what comes on the serial port
 *	PCI      a line for each network card (by its class) of the first 16 PCI buses: its place
 *	         (BUS << 16 | DEVICE << 11 | FUNCTION << 8), its identity, and the upper and lower
 *	         half of its hardware address, which an e1000e's registers tell (RAH and RAL of
 *	         Intel's 82574 through the I/O ports of BAR 2)
 *	UNPLUG   it lets go of each PCI device that it is asked for, as an operating system does by ACPI (_EJ0)
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

#ifdef PANIC
	mov	$0x40, %al
	out	%al, $0x70
	in	$0x71, %al
	cmp	$0x5a, %al
	je	5f
	mov	$0x5a, %al
	out	%al, $0x71
	mov	$0x505, %dx
	mov	$1, %al
	out	%al, %dx
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

#ifdef PCI
	xor	%edi, %edi
6:	mov	$0x08, %bl
	call	read_pci
	shr	$24, %eax
	cmp	$0x02, %al
	jne	7f
	mov	%edi, %eax
	call	write_hex
	mov	$0x00, %bl
	call	read_pci
	call	write_hex
	mov	$0x5404, %ebx
	call	read_card
	call	write_hex
	mov	$0x5400, %ebx
	call	read_card
	call	write_hex
	mov	$'\n', %al
	call	write_char
7:	add	$0x100, %edi
	cmp	$0x100000, %edi
	jb	6b
	mov	$last, %si
8:	lodsb
	test	%al, %al
	jz	5f
	call	write_char
	jmp	8b
#endif

#ifdef UNPLUG
	/* QEMU's docs/specs/acpi_pci_hotplug: 0 + base has what was plugged in, + 4 what is to go, + 8 lets it go,
	 * + 0x10 says of which bus. The base of a pc, and of q35. */
6:	mov	$0xae00, %bx
	call	7f
	mov	$0x0cc0, %bx
	call	7f
	jmp	6b
7:	mov	$16, %ecx
8:	lea	0x10(%bx), %dx
	lea	-1(%ecx), %eax
	out	%eax, %dx
	lea	4(%bx), %dx
	in	%dx, %eax
	test	%eax, %eax
	jz	9f
	cmp	$-1, %eax
	je	9f
	lea	8(%bx), %dx
	out	%eax, %dx
9:	loop	8b
	ret
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

#ifdef PCI
	/* The register %bl of the function %edi, by PCI's configuration mechanism 1. */
read_pci:
	mov	%edi, %eax
	mov	%bl, %al
	or	$0x80000000, %eax
	mov	$0x0cf8, %dx
	out	%eax, %dx
	mov	$0x0cfc, %dx
	in	%dx, %eax
	ret

	/* The card's own register %ebx. */
read_card:
	push	%ebx
	mov	$0x18, %bl
	call	read_pci
	pop	%ebx
	and	$0xfffc, %ax
	mov	%ax, %dx
	mov	%ebx, %eax
	out	%eax, %dx
	add	$4, %dx
	in	%dx, %eax
	ret

write_hex:
	mov	$8, %cx
9:	rol	$4, %eax
	push	%eax
	and	$0x0f, %al
	cmp	$10, %al
	sbb	$0x69, %al
	das
	call	write_char
	pop	%eax
	loop	9b
	mov	$' ', %al
write_char:
	mov	$0x3f8, %dx
	out	%al, %dx
	ret

last:
	.asciz	"these are all cards\r\n"
#endif

message:
	.asciz	"boot sector: here I am\r\n"
	.org	510
	.word	0xaa55
