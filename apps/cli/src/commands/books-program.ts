import { type Command, Option } from 'commander'
import { run } from '../output.ts'

/** `unifare books`: an institution's ledger, for programs that are not ours. */
export function addBooksProgram(program: Command): void {
  const books = program.command('books').description("an institution's double-entry books")
  books
    .command('export')
    .description('write the books as text that hledger, ledger or beancount read and check')
    .addOption(
      new Option('--format <program>', 'whose language')
        .choices(['hledger', 'ledger', 'beancount'])
        .default('hledger'),
    )
    .option('--data <folder>', 'data folder of a network that has ended', '.unifare/network')
    .option('--party <id>', 'whose books; the centre without')
    .option('--from <YYYY-MM-DD>', 'first day; what was before opens the file')
    .option('--to <YYYY-MM-DD>', 'last day')
    .option('--out <file>', 'file to write; standard output without')
    .option('--check', 'let the program itself check what was written (it must be installed)')
    .addOption(new Option('--json', 'print one JSON document on standard output'))
    .action((options) =>
      run(async () => (await import('./books/export-books.ts')).exportStoredBooks(options)),
    )
}
