/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pstates.asl: a table that gives the two processors of QEMU's q35 three clock rates each; by itself it has
 * none (ACPI specification, 8.4.5). What sets a processor's rate, and tells it, is a byte that holds what is
 * written to it and that nobody uses there: the page of a channel of the ISA DMA controller.
 */
DefinitionBlock("", "SSDT", 2, "BEDPLT", "PSTATES", 1)
{
	External(\_SB.CPUS, DeviceObj)
	External(\_SB.CPUS.C000, DeviceObj)
	External(\_SB.CPUS.C001, DeviceObj)

	Scope(\_SB.CPUS)
	{
		/* MHz, mW, us, us, what is written for it, what is read then */
		Name(RATE, Package() {
			Package() { 3000, 30000, 10, 10, 0, 0 },
			Package() { 2000, 20000, 10, 10, 1, 1 },
			Package() { 1000, 10000, 10, 10, 2, 2 }
		})
	}
	Scope(\_SB.CPUS.C000)
	{
		Name(_PCT, Package() {
			ResourceTemplate() { Register(SystemIO, 8, 0, 0x81) },
			ResourceTemplate() { Register(SystemIO, 8, 0, 0x81) }
		})
		Method(_PSS) { Return (RATE) }
		Method(_PPC) { Return (Zero) }
	}
	Scope(\_SB.CPUS.C001)
	{
		Name(_PCT, Package() {
			ResourceTemplate() { Register(SystemIO, 8, 0, 0x82) },
			ResourceTemplate() { Register(SystemIO, 8, 0, 0x82) }
		})
		Method(_PSS) { Return (RATE) }
		Method(_PPC) { Return (Zero) }
	}
}
