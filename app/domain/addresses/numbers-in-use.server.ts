/** ITU-T E.164: the calling code with which a number begins, plus included. */
const code = (number: string) => `case
  when substr(${number}, 2, 1) in ('1', '7') then left(${number}, 2)
  when substr(${number}, 2, 2) = any('{20,27,30,31,32,33,34,36,39,40,41,43,44,45,46,47,48,49,51,52,53,54,55,56,57,58,60,61,62,63,64,65,66,81,82,84,86,90,91,92,93,94,95,98}')
  then left(${number}, 3) else left(${number}, 4) end`;

/** Countries that one list can show; there are some 220 calling codes. */
const MOST = 40;

/**
 * One number of each calling code in a list, the shortest way through an index of its addresses: as many steps as there are codes, however
 * long the list is.
 *
 * @param list its rows, up to its first condition: `recipients where campaign_id = c.id`
 */
export const numbersInUse = (list: string) => `
  with recursive met (address, n) as (
    (select address, 1 from ${list} and address > '+' and address < '+:' order by address limit 1)
    union all
    select (select address from ${list} and address > ${code('met.address')} || U&'\\+10FFFF' and address < '+:' order by address limit 1), n + 1
    from met where met.address is not null and n < ${MOST})
  select address from met where address is not null`;

/** The same of the newest hundred text message campaigns, one for each code. */
export const numbersOfNewest = `
  select min(r.address) as address
  from (select id from campaigns where channel = 'sms' and total > 0 order by id desc limit 100) as c
  cross join lateral (${numbersInUse('recipients where campaign_id = c.id')}) as r
  group by ${code('r.address')} limit ${MOST}`;
