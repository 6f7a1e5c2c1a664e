-- The tables of the shop. All of this runs as one transaction, where the tables are not there yet.
-- Workers that start at the same moment take turns, and the second one finds everything done.
select pg_advisory_xact_lock(hashtext('the shop'));

create schema if not exists shop;

create table if not exists shop.stock (
  sku text primary key,
  price int not null,  -- in cents
  available int not null check (available >= 0)
);

-- On purpose, neither the id of an order nor the order of a payment is unique: an order that was recorded twice would
-- show up as two rows. The proof of the story counts them.
create table if not exists shop.orders (
  row bigserial primary key,
  id text not null,
  sku text not null,
  quantity int not null,
  status text not null check (status in ('paid', 'refunded'))
);

create table if not exists shop.payments (
  row bigserial primary key,
  order_id text not null,
  amount int not null,  -- in cents
  charge_id text not null,
  refund_id text
);

create index if not exists orders_id on shop.orders (id);
create index if not exists payments_order_id on shop.payments (order_id);

insert into shop.stock (sku, price, available)
values ('lamp', 4900, 1000), ('kettle', 3500, 1000), ('chair', 12900, 1000)
on conflict do nothing;
