/** Numbers from here on are addresses or sets of bits more often than counts. */
const HEX_FROM = 4096

export function valueOf(value: number): string {
  return Math.abs(value) < HEX_FROM ? String(value) : `0x${(value >>> 0).toString(16)}`
}
