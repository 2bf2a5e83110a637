import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { exploredIn, holdfast, jsonOf } from '../testing/holdfast.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-memory-model-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('--memory-model tso finds the late release of a mutex that sc cannot see, and replay needs no option for it', async () => {
  const sc = await holdfast(folder, ['explore', 'program:mutex-exit', '--param', 'fence=0', '--json'])
  expect([sc.code, exploredIn(sc).memoryModel, exploredIn(sc).complete]).toEqual([0, 'sc', true])
  const line = ['explore', 'program:mutex-exit', '--param', 'fence=0', '--memory-model', 'tso', '--json']
  const tso = await holdfast(folder, line)
  const { complete, findings, memoryModel } = exploredIn(tso)
  expect([tso.code, memoryModel, complete, findings.length]).toEqual([1, 'tso', true, 1])
  const [finding] = findings
  const { verdict, schedule, file } = finding as NonNullable<typeof finding>
  expect([verdict, schedule.split('+')[3]]).toEqual(['deadlock', 't'])
  for (const what of [schedule, file]) {
    const again = await holdfast(folder, ['replay', what, '--json'])
    expect(again.code).toBe(1)
    expect(jsonOf(again)).toMatchObject({ reproduced: true, verdict: 'deadlock', outcome: 'blocked' })
  }
})

test('another memory model is refused, naming what there is', async () => {
  const { code, stderr } = await holdfast(folder, ['explore', 'program:litmus', '--memory-model', 'pso'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/--memory-model.*pso.*sc.*tso/)
})
