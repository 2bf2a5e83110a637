import { type Addr, type Layout, layouts, type Region } from '@holdfast/atomics-sync'

/** Names of words, as a report prints them: `lwp[12].l_swaplock`, `proc_lock`, `frames+4096`. */
export class AddressNames {
  private readonly regions: readonly Region[]
  private readonly layouts: ReadonlyMap<string, Layout>
  private readonly globals: readonly (Layout & { readonly base: Addr })[]

  constructor(regions: readonly Region[], known: readonly Layout[] = layouts()) {
    this.regions = regions
    this.layouts = new Map(known.map((each) => [each.name, each]))
    this.globals = known.filter((each): each is Layout & { base: Addr } => each.base !== undefined)
  }

  name(addr: Addr): string {
    if (addr === 0) return 'NULL'
    for (const each of this.globals) {
      const field = fieldAt(each, addr - each.base)
      if (field !== undefined) return field
    }
    const region = this.regions.find(({ base, words }) => addr >= base && addr < base + words)
    return region === undefined ? `word ${addr}` : this.nameIn(region, addr - region.base)
  }

  private nameIn(region: Region, offset: number): string {
    const layout = region.layout === undefined ? undefined : this.layouts.get(region.layout)
    if (layout === undefined) return offset === 0 ? region.label : `${region.label}+${offset}`
    const stride = region.stride ?? region.words
    const record = `${layout.name}[${Math.floor(offset / stride)}]`
    const within = offset % stride
    return within === 0 ? record : `${record}.${fieldAt(layout, within) ?? `+${within}`}`
  }
}

function fieldAt(layout: Layout, offset: number): string | undefined {
  const field = layout.fields.find((each) => offset >= each.offset && offset < each.offset + each.words)
  if (field === undefined) return undefined
  const inside = offset - field.offset
  return inside === 0 ? field.name.toLowerCase() : `${field.name.toLowerCase()}+${inside}`
}
