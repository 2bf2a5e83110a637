/**
 * A plugin of typedoc that also reads comments as C headers have them, which is how the kernel's sources are written:
 *
 * - a field of a layout is documented by its row in the table: its covering lock, why that is not always held, and the
 *   comment behind it;
 * - a constant by the comment behind it, and by the doc comment above the run of constants that it stands in, which no
 *   blank line interrupts;
 * - a property by the comment behind it.
 *
 * A doc comment of its own goes before all of these.
 */
import { Comment, Converter } from 'typedoc'
import ts from 'typescript'

/** What a layout table has in the place of a lock (packages/atomics-sync/src/layout.ts). */
const NO_LOCKS = {
  atomic: 'Changed by atomic operations alone.',
  stable: 'Constant once the record is published.',
  private: 'Touched by one actor only.',
}

/** Called by typedoc. */
export function load(app) {
  const { converter } = app
  converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    if (reflection.hasComment()) return
    const text = commentOf(context.getSymbolFromReflection(reflection)?.declarations?.[0])
    if (text !== '') reflection.comment = new Comment([{ kind: 'text', text }])
  })
}

function commentOf(node) {
  if (node === undefined) return ''
  if (ts.isBindingElement(node)) return fieldText(node)
  if (ts.isPropertySignature(node) || ts.isPropertyDeclaration(node)) return sentence(behind(node))
  if (!ts.isVariableDeclaration(node) || !ts.isVariableStatement(node.parent.parent)) return ''
  const statement = node.parent.parent
  return paragraphs(sentence(behind(statement)), groupText(statement))
}

/** A name taken from `layout(name, table)` or `globals(name, base, table)`. */
function fieldText(binding) {
  const call = binding.parent.parent.initializer
  if (call === undefined || !ts.isCallExpression(call)) return ''
  const record = call.arguments[0].text
  const name = binding.name.text
  const row = rowOf(call.arguments.at(-1), name)
  if (row === undefined)
    return name.endsWith('_WORDS') ? `Size of \`${record}\`, in words; a multiple of 4.` : ''
  const isGlobal = call.expression.text === 'globals'
  const what = `${isGlobal ? 'Address' : 'Offset'} of \`${name.toLowerCase()}\` in \`${record}\`, in words.`
  return paragraphs(`${what} ${sentence(behind(row))}`.trim(), specText(row.initializer))
}

/** The row of a field in a table, which may be a constant of the same file, and contain others. */
function rowOf(table, name) {
  if (ts.isAsExpression(table)) return rowOf(table.expression, name)
  if (ts.isIdentifier(table)) {
    const constants = table.getSourceFile().statements.filter(ts.isVariableStatement)
    const declared = constants
      .flatMap(({ declarationList }) => declarationList.declarations)
      .find((each) => each.name.text === table.text)
    return declared?.initializer === undefined ? undefined : rowOf(declared.initializer, name)
  }
  if (!ts.isObjectLiteralExpression(table)) return undefined
  for (const each of table.properties) {
    const row = ts.isSpreadAssignment(each) ? rowOf(each.expression, name) : each
    if (row !== undefined && row.name.text === name) return row
  }
  return undefined
}

/** The entry of a field: the name of its lock, or an object. */
function specText(spec) {
  const entries = ts.isObjectLiteralExpression(spec)
    ? Object.fromEntries(spec.properties.map(({ name, initializer }) => [name.text, valueText(initializer)]))
    : { lock: valueText(spec) }
  const { lock, words, isLock, unlocked, unlockedWrites } = entries
  return [
    isLock === undefined ? (NO_LOCKS[lock] ?? `Covered by \`${lock}\`.`) : 'A lock.',
    words === undefined ? '' : `${words} words.`,
    unlocked === undefined ? '' : `Also read without it: ${unlocked}.`,
    unlockedWrites === undefined ? '' : `Also read and written without it: ${unlockedWrites}.`,
  ]
    .filter((part) => part !== '')
    .join(' ')
}

function valueText(node) {
  return ts.isStringLiteralLike(node) ? node.text : node.getText()
}

/** Doc comment of the first of the statements that stand together with this one. */
function groupText(statement) {
  const file = statement.getSourceFile()
  for (let at = file.statements.indexOf(statement); at >= 0; at--) {
    const each = file.statements[at]
    if (!ts.isVariableStatement(each)) return ''
    const doc = each.jsDoc?.at(-1)?.comment
    if (doc !== undefined) return ts.getTextOfJSDocComment(doc)
    const before = file.text.slice(file.statements[at - 1]?.end ?? 0, each.getStart())
    if (/\n\s*\n/.test(before)) return ''
  }
  return ''
}

/** The comment behind a node, on its line; after the comma, if there is one. */
function behind(node) {
  const { text } = node.getSourceFile()
  const end = text[node.end] === ',' ? node.end + 1 : node.end
  const [range] = ts.getTrailingCommentRanges(text, end) ?? []
  return range === undefined ? '' : text.slice(range.pos, range.end).replace(/^\/\/\s*/, '')
}

function sentence(text) {
  return text === '' ? '' : `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}

function paragraphs(...parts) {
  return parts.filter((part) => part !== '').join('\n\n')
}
