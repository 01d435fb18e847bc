-- A schema and a role for each service: none can read what another keeps. Run once, by psql, as superuser.
-- The identity provider has a database of its own.

\set ON_ERROR_STOP on
\getenv referrals REFERRALS_DB_PASSWORD
\getenv orders ORDERS_DB_PASSWORD
\getenv marac MARAC_DB_PASSWORD
\getenv notify NOTIFY_DB_PASSWORD
\getenv identity IDENTITY_DB_PASSWORD

CREATE ROLE referrals LOGIN PASSWORD :'referrals';
CREATE ROLE orders LOGIN PASSWORD :'orders';
CREATE ROLE marac LOGIN PASSWORD :'marac';
CREATE ROLE notify LOGIN PASSWORD :'notify';

CREATE SCHEMA referrals AUTHORIZATION referrals;
CREATE SCHEMA orders AUTHORIZATION orders;
CREATE SCHEMA marac AUTHORIZATION marac;
CREATE SCHEMA notify AUTHORIZATION notify;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON DATABASE goldthread FROM PUBLIC;
GRANT CONNECT ON DATABASE goldthread TO referrals, orders, marac, notify;

CREATE ROLE identity LOGIN PASSWORD :'identity';
CREATE DATABASE identity OWNER identity;
REVOKE ALL ON DATABASE identity FROM PUBLIC;
