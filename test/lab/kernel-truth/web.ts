import type { TypedShell } from './typed-shell.ts';

/** A web server of the tests' own on a real server, beside the cluster's: plain on 8081, TLS on 8443. */
export async function makeWeb(shell: TypedShell): Promise<void> {
  await removeWeb(shell);
  await shell.run(`set -e
mkdir -p /run/truth-web/pages /run/truth-web/logs; cd /run/truth-web
echo one > pages/page
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 -subj /CN=truth 2>/dev/null
cat > nginx.conf <<'END'
worker_processes 1;
pid /run/truth-web/pid;
error_log /run/truth-web/logs/error;
events { worker_connections 256; }
http {
  access_log off;
  server {
    listen 8081;
    listen 8443 ssl;
    ssl_certificate /run/truth-web/cert.pem;
    ssl_certificate_key /run/truth-web/key.pem;
    root /run/truth-web/pages;
  }
}
END
chmod -R a+rX /run/truth-web/pages
nginx -c /run/truth-web/nginx.conf`);
}

export const startWeb = (shell: TypedShell): Promise<string> =>
  shell.run('test -e /run/truth-web/pid || nginx -c /run/truth-web/nginx.conf');

/** @returns once its port is closed */
export const stopWeb = (shell: TypedShell): Promise<string> =>
  shell.run(`test ! -e /run/truth-web/pid || {
kill -TERM $(cat /run/truth-web/pid); while test -e /run/truth-web/pid; do sleep 0.05; done
}`);

export const removeWeb = async (shell: TypedShell): Promise<void> => {
  await stopWeb(shell);
  await shell.run('rm -rf /run/truth-web');
};
