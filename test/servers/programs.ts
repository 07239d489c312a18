/** The server programs that tests run, each with the variable that names its place and Debian's package of it. */

export type ServerName = keyof typeof programs

export type ServerProgram = {
  names: string[]
  variable: string
  package: string
  /** A product that is no program: the file by which it is known, where Debian puts it. There are no `names` then. */
  file?: string
}

export const programs = {
  nginx: { names: ['nginx'], variable: 'COATCHECK_NGINX', package: 'nginx' },
  apache2: { names: ['apache2', 'httpd'], variable: 'COATCHECK_APACHE', package: 'apache2' },
  squid: { names: ['squid'], variable: 'COATCHECK_SQUID', package: 'squid' },
  haproxy: { names: ['haproxy'], variable: 'COATCHECK_HAPROXY', package: 'haproxy' },
  varnishd: { names: ['varnishd'], variable: 'COATCHECK_VARNISH', package: 'varnish' },
  'fastcgi-mono-server4': {
    names: ['fastcgi-mono-server4'],
    variable: 'COATCHECK_MONO_FASTCGI',
    package: 'mono-fastcgi-server4',
  },
  python3: { names: ['python3'], variable: 'COATCHECK_PYTHON', package: 'python3' },
  chromium: { names: ['chromium', 'chromium-browser'], variable: 'COATCHECK_CHROMIUM', package: 'chromium' },
  certutil: { names: ['certutil'], variable: 'COATCHECK_CERTUTIL', package: 'libnss3-tools' },
  'redis-server': { names: ['redis-server'], variable: 'COATCHECK_REDIS', package: 'redis-server' },
  postgres: { names: ['postgres'], variable: 'COATCHECK_POSTGRES', package: 'postgresql' },
  openssl: { names: ['openssl'], variable: 'COATCHECK_OPENSSL', package: 'openssl' },
  php: { names: ['php'], variable: 'COATCHECK_PHP', package: 'php-cli' },
  tomcat: { names: ['catalina.sh'], variable: 'COATCHECK_TOMCAT', package: 'tomcat10' },
  'tomcat-examples': {
    names: [],
    file: '/usr/share/tomcat10-examples/examples/jsp/security/protected/index.jsp',
    variable: 'COATCHECK_TOMCAT_EXAMPLES',
    package: 'tomcat10-examples',
  },
  django: {
    names: [],
    file: '/usr/lib/python3/dist-packages/django/__init__.py',
    variable: 'COATCHECK_DJANGO',
    package: 'python3-django',
  },
  dokuwiki: {
    names: [],
    file: '/usr/share/dokuwiki/doku.php',
    variable: 'COATCHECK_DOKUWIKI',
    package: 'dokuwiki',
  },
  'mod-perl': {
    names: [],
    file: '/usr/lib/apache2/modules/mod_perl.so',
    variable: 'COATCHECK_MOD_PERL',
    package: 'libapache2-mod-perl2',
  },
  'apache-asp': {
    names: [],
    file: '/usr/share/perl5/Apache/ASP.pm',
    variable: 'COATCHECK_APACHE_ASP',
    package: 'libapache-asp-perl',
  },
  'php-mysql': {
    names: [],
    file: '/usr/share/doc/php-mysql/copyright',
    variable: 'COATCHECK_PHP_MYSQL',
    package: 'php-mysql',
  },
  mariadbd: { names: ['mariadbd'], variable: 'COATCHECK_MARIADBD', package: 'mariadb-server' },
  'mariadb-install-db': {
    names: ['mariadb-install-db'],
    variable: 'COATCHECK_MARIADB_INSTALL_DB',
    package: 'mariadb-server',
  },
  wordpress: {
    names: [],
    file: '/usr/share/wordpress/wp-load.php',
    variable: 'COATCHECK_WORDPRESS',
    package: 'wordpress',
  },
  'wordpress-theme': {
    names: [],
    file: '/usr/share/wordpress/wp-content/themes/twentytwentythree/style.css',
    variable: 'COATCHECK_WORDPRESS_THEME',
    package: 'wordpress-theme-twentytwentythree',
  },
} satisfies Record<string, ServerProgram>
