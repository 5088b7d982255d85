/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * start.S: where QEMU's -kernel begins (Multiboot Specification 0.6.96: protected mode, flat
 * segments, no interrupts), and what the timer's interrupt does: it wakes who has halted.
 */
	.section .text.start, "ax"
	.globl	_start, on_timer
	.align	4
	.long	0x1badb002, 0, -0x1badb002

_start:
	mov	$stack_end, %esp
	mov	$__bss_start, %edi
	mov	$_end, %ecx
	sub	%edi, %ecx
	xor	%eax, %eax
	cld
	rep stosb
	call	guest_main
1:	hlt
	jmp	1b

on_timer:
	push	%eax
	incl	ticks
	mov	$0x20, %al
	out	%al, $0x20
	pop	%eax
	iret

	.section .stack, "aw", @nobits
	.align	16
	.skip	16384
stack_end:

	.section .note.GNU-stack, "", @progbits
