/** The map of NetBSD agrees with the sources: what it names exists, and what stands for something in C is in it. */
import { expect, test } from 'vitest'
import {
  type MapRow,
  mapRows,
  misspelled,
  missing,
  spellings,
  stale,
  wantedFields,
  wantedFunctions,
} from './netbsd-map.js'
import { sources } from './sources.js'

const ROWS = mapRows()
const SOURCES = sources()
const NETBSD = SOURCES.filter(({ pkg }) => ['atomics-sync', 'mm', 'kernel', 'cpu'].includes(pkg))
const RECORDS = SOURCES.filter(({ pkg }) => ['mm', 'kernel'].includes(pkg))

/** Every function and variable of sys/uvm/uvm_glue.c 1.137. */
const UVM_GLUE = [
  'uvm_kernacc',
  'uvm_chgkprot',
  'uvm_vslock',
  'uvm_vsunlock',
  'uvm_proc_fork',
  'uvm_lwp_fork',
  'uarea_swapin',
  'uarea_swapout',
  'USPACE_ALIGN',
  'uvm_uarea_cache',
  'uarea_ctor',
  'uarea_poolpage_alloc',
  'uarea_poolpage_free',
  'uvm_uarea_allocator',
  'uvm_uarea_init',
  'uvm_uarea_alloc',
  'uvm_uarea_free',
  'uvm_proc_exit',
  'uvm_lwp_exit',
  'uvm_init_limits',
  'enableswap',
  'swapdebug',
  'SDB_FOLLOW',
  'SDB_SWAPIN',
  'SDB_SWAPOUT',
  'uvm_swapin',
  'uvm_kick_scheduler',
  'uvm_scheduler',
  'swappable',
  'uvm_swapout_threads',
  'uvm_swapout',
  'uvm_lwp_hold',
  'uvm_lwp_rele',
]

/** The symbols of uvm_glue.c that no row places in kernel/src/uvm-glue, or among the kernel's global variables. */
function unplaced(rows: readonly MapRow[]): string[] {
  const place = /^kernel\/src\/(uvm-glue\/[\w-]+|globals)\.ts$/
  return UVM_GLUE.filter(
    (symbol) => !rows.some(({ c, here }) => c.includes(symbol) && here.every(({ path }) => place.test(path))),
  )
}

test('every name in the map is declared by the file that the map says', () => {
  expect(ROWS.length).toBeGreaterThan(800)
  expect(stale(ROWS, SOURCES)).toEqual([])
})

test('a name is the mechanical spelling of its C name, or its row says why it is not', () => {
  expect(misspelled(ROWS)).toEqual([])
})

test('every function whose comment names its C source, or its own C name, is in the map', () => {
  expect(missing(ROWS, wantedFunctions(NETBSD))).toEqual([])
})

test('every field of every record and every global variable of mm and kernel is in the map', () => {
  expect(missing(ROWS, wantedFields(RECORDS))).toEqual([])
})

test('every function and variable of uvm_glue.c 1.137 is in the map, with its place in uvm-glue', () => {
  expect(unplaced(ROWS)).toEqual([])
})

test('the rule of spelling', () => {
  expect(spellings('uvm_lwp_hold')).toContain('uvmLwpHold')
  expect(spellings('sys__lwp_create')).toContain('sysLwpCreate')
  expect(spellings('VM_PAGE_TO_PHYS')).toContain('vmPageToPhys')
  expect(spellings('l_flag')).toContain('L_FLAG')
  expect(spellings('l_list')).toEqual(expect.arrayContaining(['L_LIST_NEXT', 'L_LIST_PREV']))
  expect(spellings('uvmexp.free')).toContain('UVMEXP_FREE')
  expect(spellings('wire_count', 'PG_')).toContain('PG_WIRE_COUNT')
  expect(spellings('pool_get (static)')).toContain('poolGet')
  expect(spellings('mutex_tryenter')).not.toContain('mutexTryEnter')
})

test('each of these checks notices: no row that it needs can be dropped, and no function or field renamed', () => {
  const functions = wantedFunctions(NETBSD)
  const fields = wantedFields(RECORDS)
  for (const { name, path } of [...functions, ...fields]) {
    const without = ROWS.filter(
      ({ here }) => !here.some((place) => place.name === name && place.path === path),
    )
    const lacks = missing(without, [...functions, ...fields])
    expect(lacks.some((message) => message.includes(name) && message.includes('Add |'))).toBe(true)
  }
  for (const symbol of UVM_GLUE) {
    expect(unplaced(ROWS.filter(({ c }) => !c.includes(symbol)))).toEqual([symbol])
  }
  const [first] = ROWS.filter(({ c }) => c.includes('uvm_lwp_hold'))
  const renamed = { ...first, here: [{ name: 'uvmHoldLwp', path: 'kernel/src/uvm-glue/hold.ts' }] } as MapRow
  expect(stale([renamed], SOURCES)).toHaveLength(1)
  expect(misspelled([renamed])).toHaveLength(1)
  expect(misspelled([{ ...renamed, deviation: 'Name: for a reason.' }])).toEqual([])
})
