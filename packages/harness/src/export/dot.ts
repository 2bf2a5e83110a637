/** A graph in the language of Graphviz. Values of attributes are quoted here. */
export interface DotGraph {
  readonly name: string
  readonly label: string
  readonly nodes: readonly { readonly id: string; readonly attributes: DotAttributes }[]
  readonly edges: readonly {
    readonly from: string
    readonly to: string
    readonly attributes: DotAttributes
  }[]
}

export type DotAttributes = Readonly<Record<string, string>>

/** How what is part of a cycle is drawn. */
export const ON_CYCLE: DotAttributes = { color: '#b00020', fontcolor: '#b00020', penwidth: '2' }

export function dotText({ name, label, nodes, edges }: DotGraph): string {
  const lines = [
    `digraph ${quoted(name)} {`,
    `  label=${quoted(label)}; labelloc=t;`,
    '  node [shape=box, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...nodes.map(({ id, attributes }) => `  ${quoted(id)}${listed(attributes)};`),
    ...edges.map(({ from, to, attributes }) => `  ${quoted(from)} -> ${quoted(to)}${listed(attributes)};`),
    '}',
  ]
  return `${lines.join('\n')}\n`
}

/** A double-quoted string: backslashes would begin an escape of labels, so they are doubled. */
export function quoted(text: string): string {
  const safe = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll(/\r\n?|\n/g, '\\n')
  return `"${safe.replaceAll('\0', '')}"`
}

function listed(attributes: DotAttributes): string {
  const list = Object.entries(attributes).map(([name, value]) => `${name}=${quoted(value)}`)
  return list.length === 0 ? '' : ` [${list.join(', ')}]`
}
