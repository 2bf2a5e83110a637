import { PAGES_APART, testPages, writtenPages } from './pages.js'

const apart: readonly string[] = PAGES_APART

testPages(writtenPages().filter((path) => !apart.includes(path)))
