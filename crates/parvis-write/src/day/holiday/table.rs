//! The rules of each place, with the law or list that they come from. Days proclaimed once stand here too, as far as they
//! were known when this was written (November 2026).

use jiff::civil::Weekday::{Monday, Thursday};

use super::Shift::{MondayToo, Nearest, NextWorkingDay, Stays, SundayToMonday, SundayToSaturday};
use super::When::{Before, Brigid, Easter, Nth, On};
use super::{Place, Rule, Shift, When};

const EVER: i16 = i16::MAX;

const fn day(when: When, french: &'static str, english: &'static str) -> Rule {
    Rule { when, shift: Stays, years: (i16::MIN, EVER), names: (french, english) }
}

const fn since(first: i16, when: When, french: &'static str, english: &'static str) -> Rule {
    years(first, EVER, when, french, english)
}

const fn years(first: i16, last: i16, when: When, french: &'static str, english: &'static str) -> Rule {
    Rule { when, shift: Stays, years: (first, last), names: (french, english) }
}

const fn once(year: i16, when: When, french: &'static str, english: &'static str) -> Rule {
    years(year, year, when, french, english)
}

const fn shifted(shift: Shift, rule: Rule) -> Rule {
    Rule { shift, ..rule }
}

const NEW_YEAR: Rule = day(On(1, 1), "Jour de l’An", "New Year’s Day");
const EPIPHANY: Rule = day(On(1, 6), "Épiphanie", "Epiphany");
const GOOD_FRIDAY: Rule = day(Easter(-2), "Vendredi saint", "Good Friday");
const EASTER: Rule = day(Easter(0), "Pâques", "Easter Sunday");
const EASTER_MONDAY: Rule = day(Easter(1), "Lundi de Pâques", "Easter Monday");
const LABOUR: Rule = day(On(5, 1), "Fête du Travail", "Labour Day");
const ASCENSION: Rule = day(Easter(39), "Ascension", "Ascension Day");
const WHITSUN: Rule = day(Easter(49), "Pentecôte", "Whit Sunday");
const WHIT_MONDAY: Rule = day(Easter(50), "Lundi de Pentecôte", "Whit Monday");
const CORPUS_CHRISTI: (&str, &str) = ("Fête-Dieu", "Corpus Christi");
const ASSUMPTION: Rule = day(On(8, 15), "Assomption", "Assumption Day");
const ALL_SAINTS: (&str, &str) = ("Toussaint", "All Saints’ Day");
const IMMACULATE: Rule = day(On(12, 8), "Immaculée Conception", "Immaculate Conception");
const CHRISTMAS: Rule = day(On(12, 25), "Noël", "Christmas Day");
const SECOND_CHRISTMAS: Rule = day(On(12, 26), "Lendemain de Noël", "Second Day of Christmas");
const BOXING: Rule = day(On(12, 26), "Lendemain de Noël", "Boxing Day");
const ABOLITION: (&str, &str) = ("Abolition de l’esclavage", "Abolition of Slavery");

const FRANCE: &[Rule] = &[
    NEW_YEAR,
    EASTER_MONDAY,
    LABOUR,
    // 8 May was none from 1960 to 1981.
    years(1953, 1959, On(5, 8), "Victoire de 1945", "Victory Day 1945"),
    since(1982, On(5, 8), "Victoire de 1945", "Victory Day 1945"),
    ASCENSION,
    WHIT_MONDAY,
    day(On(7, 14), "Fête nationale", "Bastille Day"),
    ASSUMPTION,
    day(On(11, 1), ALL_SAINTS.0, ALL_SAINTS.1),
    day(On(11, 11), "Armistice de 1918", "Armistice Day 1918"),
    CHRISTMAS,
];
const ALSACE: &[Rule] = &[GOOD_FRIDAY, day(On(12, 26), "Saint-Étienne", "St Stephen’s Day")];
const MAYOTTE: &[Rule] = &[since(1983, On(4, 27), ABOLITION.0, ABOLITION.1)];
const MARTINIQUE: &[Rule] = &[since(1983, On(5, 22), ABOLITION.0, ABOLITION.1)];
const GUADELOUPE: &[Rule] = &[since(1983, On(5, 27), ABOLITION.0, ABOLITION.1)];
const GUYANE: &[Rule] = &[since(1983, On(6, 10), ABOLITION.0, ABOLITION.1)];
const REUNION: &[Rule] = &[since(1983, On(12, 20), ABOLITION.0, ABOLITION.1)];

const BELGIUM: &[Rule] = &[
    NEW_YEAR,
    EASTER_MONDAY,
    LABOUR,
    ASCENSION,
    WHIT_MONDAY,
    day(On(7, 21), "Fête nationale belge", "Belgian National Day"),
    ASSUMPTION,
    day(On(11, 1), ALL_SAINTS.0, ALL_SAINTS.1),
    day(On(11, 11), "Armistice", "Armistice Day"),
    CHRISTMAS,
];
const SWITZERLAND: &[Rule] =
    &[NEW_YEAR, ASCENSION, since(1994, On(8, 1), "Fête nationale suisse", "Swiss National Day"), CHRISTMAS];
const LUXEMBOURG: &[Rule] = &[
    NEW_YEAR,
    EASTER_MONDAY,
    LABOUR,
    since(2019, On(5, 9), "Journée de l’Europe", "Europe Day"),
    ASCENSION,
    WHIT_MONDAY,
    since(1962, On(6, 23), "Fête nationale luxembourgeoise", "Luxembourg National Day"),
    ASSUMPTION,
    day(On(11, 1), ALL_SAINTS.0, ALL_SAINTS.1),
    CHRISTMAS,
    day(On(12, 26), "Saint-Étienne", "St Stephen’s Day"),
];

const CANADA_DAY: Rule = shifted(SundayToMonday, day(On(7, 1), "Fête du Canada", "Canada Day"));
const CANADIAN_LABOUR: Rule = day(Nth(9, Monday, 1), "Fête du Travail", "Labour Day");
const CANADIAN_THANKSGIVING: Rule = since(1957, Nth(10, Monday, 2), "Action de grâce", "Thanksgiving");
const CANADA: &[Rule] = &[
    NEW_YEAR,
    GOOD_FRIDAY,
    since(1952, Before(5, 25, Monday), "Fête de la Reine Victoria", "Victoria Day"),
    CANADA_DAY,
    CANADIAN_LABOUR,
    since(2021, On(9, 30), "Journée de la vérité et de la réconciliation", "Truth and Reconciliation Day"),
    CANADIAN_THANKSGIVING,
    day(On(11, 11), "Jour du Souvenir", "Remembrance Day"),
    CHRISTMAS,
    BOXING,
];
const QUEBEC: &[Rule] = &[
    NEW_YEAR,
    GOOD_FRIDAY,
    since(2003, Before(5, 25, Monday), "Journée nationale des patriotes", "National Patriots’ Day"),
    shifted(MondayToo, since(1977, On(6, 24), "Fête nationale du Québec", "Québec National Day")),
    CANADA_DAY,
    CANADIAN_LABOUR,
    CANADIAN_THANKSGIVING,
    CHRISTMAS,
];

const EARLY_MAY: (&str, &str) = ("Jour férié de début mai", "Early May bank holiday");
const SPRING: (&str, &str) = ("Jour férié de printemps", "Spring bank holiday");
const SUMMER: (&str, &str) = ("Jour férié d’été", "Summer bank holiday");
/// What the whole United Kingdom keeps.
const UNITED_KINGDOM: &[Rule] = &[
    shifted(NextWorkingDay, since(1974, On(1, 1), "Jour de l’An", "New Year’s Day")),
    GOOD_FRIDAY,
    years(1978, 1994, Nth(5, Monday, 1), EARLY_MAY.0, EARLY_MAY.1),
    once(1995, On(5, 8), EARLY_MAY.0, EARLY_MAY.1),
    years(1996, 2019, Nth(5, Monday, 1), EARLY_MAY.0, EARLY_MAY.1),
    once(2020, On(5, 8), EARLY_MAY.0, EARLY_MAY.1),
    since(2021, Nth(5, Monday, 1), EARLY_MAY.0, EARLY_MAY.1),
    years(1971, 2001, Nth(5, Monday, -1), SPRING.0, SPRING.1),
    once(2002, On(6, 4), SPRING.0, SPRING.1),
    years(2003, 2011, Nth(5, Monday, -1), SPRING.0, SPRING.1),
    once(2012, On(6, 4), SPRING.0, SPRING.1),
    years(2013, 2021, Nth(5, Monday, -1), SPRING.0, SPRING.1),
    once(2022, On(6, 2), SPRING.0, SPRING.1),
    since(2023, Nth(5, Monday, -1), SPRING.0, SPRING.1),
    shifted(NextWorkingDay, CHRISTMAS),
    shifted(NextWorkingDay, BOXING),
    once(1977, On(6, 7), "Jubilé d’argent", "Silver Jubilee"),
    once(1981, On(7, 29), "Mariage royal", "Royal wedding"),
    once(1999, On(12, 31), "Veille de l’an 2000", "Millennium Eve"),
    once(2002, On(6, 3), "Jubilé d’or", "Golden Jubilee"),
    once(2011, On(4, 29), "Mariage royal", "Royal wedding"),
    once(2012, On(6, 5), "Jubilé de diamant", "Diamond Jubilee"),
    once(2022, On(6, 3), "Jubilé de platine", "Platinum Jubilee"),
    once(2022, On(9, 19), "Obsèques d’Élisabeth II", "State Funeral of Queen Elizabeth II"),
    once(2023, On(5, 8), "Couronnement de Charles III", "Coronation of King Charles III"),
];
const ENGLAND: &[Rule] = &[EASTER_MONDAY, since(1971, Nth(8, Monday, -1), SUMMER.0, SUMMER.1)];
const SCOTLAND: &[Rule] = &[
    shifted(NextWorkingDay, since(1973, On(1, 2), "Lendemain du jour de l’An", "2 January")),
    since(1971, Nth(8, Monday, 1), SUMMER.0, SUMMER.1),
    shifted(NextWorkingDay, since(2007, On(11, 30), "Saint-André", "St Andrew’s Day")),
    once(2026, On(6, 15), "Coupe du monde de football", "World Cup bank holiday"),
];
const NORTHERN_IRELAND: &[Rule] = &[
    shifted(NextWorkingDay, day(On(3, 17), "Saint-Patrick", "St Patrick’s Day")),
    EASTER_MONDAY,
    shifted(NextWorkingDay, day(On(7, 12), "Bataille de la Boyne", "Battle of the Boyne (Orangemen’s Day)")),
    since(1971, Nth(8, Monday, -1), SUMMER.0, SUMMER.1),
];
const IRELAND: &[Rule] = &[
    since(1974, On(1, 1), "Jour de l’An", "New Year’s Day"),
    since(2023, Brigid, "Sainte-Brigitte", "St Brigid’s Day"),
    day(On(3, 17), "Saint-Patrick", "St Patrick’s Day"),
    once(
        2022,
        On(3, 18),
        "Journée du souvenir et de la reconnaissance",
        "Day of Remembrance and Recognition",
    ),
    EASTER_MONDAY,
    once(1994, Nth(5, Monday, 1), "Fête de mai", "May Day"),
    once(1995, On(5, 8), "Fête de mai", "May Day"),
    since(1996, Nth(5, Monday, 1), "Fête de mai", "May Day"),
    once(1999, On(12, 31), "Veille de l’an 2000", "Millennium Eve"),
    since(1973, Nth(6, Monday, 1), "Jour férié de juin", "June holiday"),
    day(Nth(8, Monday, 1), "Jour férié d’août", "August holiday"),
    since(1977, Nth(10, Monday, -1), "Jour férié d’octobre", "October holiday"),
    CHRISTMAS,
    day(On(12, 26), "Saint-Étienne", "St Stephen’s Day"),
];
const UNITED_STATES: &[Rule] = &[
    shifted(Nearest, NEW_YEAR),
    since(1986, Nth(1, Monday, 3), "Journée Martin Luther King", "Martin Luther King Jr. Day"),
    since(1971, Nth(2, Monday, 3), "Anniversaire de Washington", "Washington’s Birthday"),
    since(1971, Nth(5, Monday, -1), "Memorial Day", "Memorial Day"),
    shifted(Nearest, since(2021, On(6, 19), "Juneteenth", "Juneteenth")),
    shifted(Nearest, day(On(7, 4), "Fête de l’Indépendance", "Independence Day")),
    day(Nth(9, Monday, 1), "Fête du Travail", "Labor Day"),
    since(1971, Nth(10, Monday, 2), "Journée de Christophe Colomb", "Columbus Day"),
    shifted(Nearest, since(1978, On(11, 11), "Journée des anciens combattants", "Veterans Day")),
    day(Nth(11, Thursday, 4), "Thanksgiving", "Thanksgiving"),
    shifted(Nearest, CHRISTMAS),
];
const GERMANY: &[Rule] = &[
    NEW_YEAR,
    GOOD_FRIDAY,
    EASTER_MONDAY,
    LABOUR,
    ASCENSION,
    WHIT_MONDAY,
    since(1990, On(10, 3), "Jour de l’Unité allemande", "German Unity Day"),
    once(2017, On(10, 31), "500 ans de la Réforme", "500 years of the Reformation"),
    CHRISTMAS,
    SECOND_CHRISTMAS,
];
const SPAIN: &[Rule] = &[
    NEW_YEAR,
    EPIPHANY,
    GOOD_FRIDAY,
    LABOUR,
    ASSUMPTION,
    day(On(10, 12), "Fête nationale d’Espagne", "National Day of Spain"),
    day(On(11, 1), ALL_SAINTS.0, ALL_SAINTS.1),
    since(1983, On(12, 6), "Jour de la Constitution", "Constitution Day"),
    IMMACULATE,
    CHRISTMAS,
];
const ITALY: &[Rule] = &[
    NEW_YEAR,
    years(1950, 1977, On(1, 6), "Épiphanie", "Epiphany"),
    since(1986, On(1, 6), "Épiphanie", "Epiphany"),
    EASTER,
    EASTER_MONDAY,
    day(On(4, 25), "Libération", "Liberation Day"),
    LABOUR,
    years(1950, 1976, On(6, 2), "Fête de la République", "Republic Day"),
    since(2001, On(6, 2), "Fête de la République", "Republic Day"),
    ASSUMPTION,
    since(2026, On(10, 4), "Saint François d’Assise", "St Francis of Assisi"),
    day(On(11, 1), ALL_SAINTS.0, ALL_SAINTS.1),
    IMMACULATE,
    CHRISTMAS,
    day(On(12, 26), "Saint-Étienne", "St Stephen’s Day"),
];
const NETHERLANDS: &[Rule] = &[
    NEW_YEAR,
    EASTER,
    EASTER_MONDAY,
    shifted(SundayToMonday, years(1950, 1979, On(4, 30), "Fête de la Reine", "Queen’s Day")),
    shifted(SundayToSaturday, years(1980, 2013, On(4, 30), "Fête de la Reine", "Queen’s Day")),
    shifted(SundayToSaturday, since(2014, On(4, 27), "Fête du Roi", "King’s Day")),
    since(1990, On(5, 5), "Jour de la Libération", "Liberation Day"),
    ASCENSION,
    WHITSUN,
    WHIT_MONDAY,
    CHRISTMAS,
    SECOND_CHRISTMAS,
];
const PORTUGAL: &[Rule] = &[
    NEW_YEAR,
    GOOD_FRIDAY,
    EASTER,
    since(1975, On(4, 25), "Jour de la Liberté", "Freedom Day"),
    since(1974, On(5, 1), "Fête du Travail", "Labour Day"),
    // Four holidays were suspended from 2013 to 2015.
    years(1950, 2012, Easter(60), CORPUS_CHRISTI.0, CORPUS_CHRISTI.1),
    since(2016, Easter(60), CORPUS_CHRISTI.0, CORPUS_CHRISTI.1),
    day(On(6, 10), "Jour du Portugal", "Portugal Day"),
    ASSUMPTION,
    years(1950, 2012, On(10, 5), "Jour de la République", "Republic Day"),
    since(2016, On(10, 5), "Jour de la République", "Republic Day"),
    years(1950, 2012, On(11, 1), ALL_SAINTS.0, ALL_SAINTS.1),
    since(2016, On(11, 1), ALL_SAINTS.0, ALL_SAINTS.1),
    years(1950, 2012, On(12, 1), "Restauration de l’indépendance", "Restoration of Independence"),
    since(2016, On(12, 1), "Restauration de l’indépendance", "Restoration of Independence"),
    IMMACULATE,
    CHRISTMAS,
];

/// What a place keeps: what it shares with others, and its own.
pub(super) fn rules(place: Place) -> [&'static [Rule]; 2] {
    match place {
        Place::France => [FRANCE, &[]],
        Place::AlsaceMoselle => [FRANCE, ALSACE],
        Place::Guadeloupe => [FRANCE, GUADELOUPE],
        Place::Martinique => [FRANCE, MARTINIQUE],
        Place::Guyane => [FRANCE, GUYANE],
        Place::Reunion => [FRANCE, REUNION],
        Place::Mayotte => [FRANCE, MAYOTTE],
        Place::Belgium => [BELGIUM, &[]],
        Place::Switzerland => [SWITZERLAND, &[]],
        Place::Luxembourg => [LUXEMBOURG, &[]],
        Place::Canada => [CANADA, &[]],
        Place::Quebec => [QUEBEC, &[]],
        Place::England => [UNITED_KINGDOM, ENGLAND],
        Place::Scotland => [UNITED_KINGDOM, SCOTLAND],
        Place::NorthernIreland => [UNITED_KINGDOM, NORTHERN_IRELAND],
        Place::Ireland => [IRELAND, &[]],
        Place::UnitedStates => [UNITED_STATES, &[]],
        Place::Germany => [GERMANY, &[]],
        Place::Spain => [SPAIN, &[]],
        Place::Italy => [ITALY, &[]],
        Place::Netherlands => [NETHERLANDS, &[]],
        Place::Portugal => [PORTUGAL, &[]],
    }
}

pub(super) fn name(place: Place) -> (&'static str, &'static str) {
    match place {
        Place::France => ("France", "France"),
        Place::AlsaceMoselle => ("Alsace-Moselle", "Alsace-Moselle"),
        Place::Guadeloupe => ("Guadeloupe", "Guadeloupe"),
        Place::Martinique => ("Martinique", "Martinique"),
        Place::Guyane => ("Guyane", "French Guiana"),
        Place::Reunion => ("La Réunion", "Réunion"),
        Place::Mayotte => ("Mayotte", "Mayotte"),
        Place::Belgium => ("Belgique", "Belgium"),
        Place::Switzerland => ("Suisse (toute)", "Switzerland (all cantons)"),
        Place::Luxembourg => ("Luxembourg", "Luxembourg"),
        Place::Canada => ("Canada (fédéral)", "Canada (federal)"),
        Place::Quebec => ("Québec", "Québec"),
        Place::England => ("Angleterre et pays de Galles", "England and Wales"),
        Place::Scotland => ("Écosse", "Scotland"),
        Place::NorthernIreland => ("Irlande du Nord", "Northern Ireland"),
        Place::Ireland => ("Irlande", "Ireland"),
        Place::UnitedStates => ("États-Unis (fédéral)", "United States (federal)"),
        Place::Germany => ("Allemagne (toute)", "Germany (all Länder)"),
        Place::Spain => ("Espagne (nationaux)", "Spain (national)"),
        Place::Italy => ("Italie", "Italy"),
        Place::Netherlands => ("Pays-Bas", "Netherlands"),
        Place::Portugal => ("Portugal", "Portugal"),
    }
}

pub(super) fn source(place: Place) -> &'static str {
    match place {
        Place::France => "Code du travail, art. L3133-1",
        Place::AlsaceMoselle => "Code du travail, art. L3134-13",
        Place::Guadeloupe | Place::Martinique | Place::Guyane | Place::Reunion | Place::Mayotte => {
            "Code du travail, art. L3422-2; décret n° 83-1003 du 23 novembre 1983"
        }
        Place::Belgium => "Arrêté royal du 18 avril 1974",
        Place::Switzerland => "Loi sur le travail (RS 822.11), art. 20a; RS 116",
        Place::Luxembourg => "Code du travail, art. L.232-2",
        Place::Canada => "Canada Labour Code, s. 166; Holidays Act, s. 2",
        Place::Quebec => "Loi sur les normes du travail, art. 60; Loi sur la fête nationale",
        Place::England | Place::Scotland | Place::NorthernIreland => {
            "Banking and Financial Dealings Act 1971, schedule 1; proclamations; gov.uk/bank-holidays"
        }
        Place::Ireland => "Organisation of Working Time Act 1997, second schedule; S.I. 50/2022",
        Place::UnitedStates => "5 U.S.C. § 6103",
        Place::Germany => "Feiertagsgesetze der Länder; Einigungsvertrag, Art. 2",
        Place::Spain => "Estatuto de los Trabajadores, art. 37.2; Real Decreto 2001/1983, art. 45",
        Place::Italy => "Legge 27 maggio 1949, n. 260; Legge 8 ottobre 2025, n. 151",
        Place::Netherlands => "Algemene termijnenwet, art. 3",
        Place::Portugal => "Código do Trabalho, art. 234.º",
    }
}
