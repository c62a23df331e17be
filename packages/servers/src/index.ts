export type { Apt } from './apt-packages.ts';
export { cacheFolders, createFolder, isOurs } from './cache-folders.ts';
export { findOnPath } from './find-on-path.ts';
export { freePort } from './free-port.ts';
export { outputOf, type ProgramOptions, type ProgramUser } from './run-program.ts';
export { runServer, type RunningServer, type ServerCommand } from './server-process.ts';
export { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';
export { copyName, type UnpackedCopy } from './unpacked-copy.ts';
export { findUnpacked, type UnpackedProgram } from './unpacking.ts';
