/**
 * The part of node-pty that pty.ts uses. The package behind the alias (@lydell/node-pty) declares its types under its
 * own name only; `fd` and `_socket` are not in them, but are what safe writing and complete reading need.
 */
declare module 'node-pty' {
  export interface Pty {
    readonly pid: number;
    readonly fd: number;
    readonly _socket: import('node:tty').ReadStream;
    onData(listener: (data: Buffer) => void): void;
    onExit(listener: (exit: { exitCode: number; signal?: number }) => void): void;
    on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): void;
    resize(cols: number, rows: number): void;
    pause(): void;
    resume(): void;
  }
  export function spawn(
    file: string,
    args: string[],
    options: {
      name: string;
      cols: number;
      rows: number;
      cwd: string;
      env: Record<string, string>;
      encoding: null;
    },
  ): Pty;
}
