/**
 * Wait messages: `l_wmesg` holds an index into this table, since words hold no strings. Unknown messages are 0.
 */
const wmesgs: readonly string[] = [
  '',
  'cv',
  'tstile',
  'pause',
  'wait',
  'sched',
  'schedwait',
  'schedpwait',
  'uvm_sched',
  'pgdaemon',
  'pgdwait',
  'fault',
  'uao_getpage',
  'km_getwait',
  'swapin',
  'biowait',
  'physio',
  'lwpwait',
  'lwpref',
  'lwpexit',
  'reaper',
  'softclk',
  'initidle',
  'usleep',
  'vmmaplk',
  'pool',
  'parked',
  'select',
  'pagewait',
  'uareawait',
  'uao_get',
  'flt_noram',
  'anonget',
  'cownow',
  'cownowpage',
  'km_getwait2',
  'km_pgrm',
  'vmmapbsy',
  'vmmapva',
  'pmapcr',
]

const numbers: ReadonlyMap<string, number> = new Map(wmesgs.map((text, index) => [text, index]))

/** The number of a wait message, for `l_wmesg`. */
export function wmesgNumber(wmesg: string): number {
  return numbers.get(wmesg) ?? 0
}

/** The wait message of a number, for reports. */
export function wmesgText(number: number): string {
  return wmesgs[number] ?? ''
}
