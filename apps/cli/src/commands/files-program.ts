import { type Command, Option } from 'commander'
import { run } from '../output.ts'

/** `unifare files`: files of the T-Union-like profile, in and out. */
export function addFilesProgram(program: Command, port: () => Option): void {
  const files = program
    .command('files')
    .description('T-Union-like fixed-width files 交通联合文件: show, import, list, export')

  files
    .command('show')
    .description('read a file: its header and records, or every fault with line and column')
    .argument('<file>', 'file of the profile; its name tells its kind')
    .addOption(new Option('--kind <kind>', 'kind of a file that has another name'))
    .addOption(
      new Option('--records <n>', 'records to print').default(20).argParser((text) => Number(text)),
    )
    .addOption(json())
    .action((file, options) =>
      run(async () => (await import('./files/show.ts')).showFile(file, options)),
    )

  files
    .command('import')
    .description('send an upload file to the centre of the running network, signed by its operator')
    .argument('<file>', 'upload file (UP…U)')
    .addOption(port())
    .addOption(json())
    .action((file, options) =>
      run(async () => (await import('./files/import.ts')).importFile(file, options)),
    )

  files
    .command('list')
    .description('files that the centre of the running network took in, and those that are missing')
    .addOption(port())
    .addOption(json())
    .action((options) => run(async () => (await import('./files/list.ts')).printFiles(options)))

  files
    .command('export')
    .description("write a member's result files of a closed day")
    .requiredOption('--member <institution>', 'operator or issuer, 8 digits')
    .requiredOption('--day <YYYY-MM-DD>', 'closed business day')
    .option('--out <folder>', 'folder for the files; only listed without')
    .addOption(port())
    .addOption(json())
    .action((options) => run(async () => (await import('./files/export.ts')).exportFiles(options)))
}

const json = () => new Option('--json', 'print one JSON document on standard output')
