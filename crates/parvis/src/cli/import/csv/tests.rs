//! Tables, good and hostile.

use std::io::Cursor;

use super::*;
use crate::table::LONGEST;

const NOW: i64 = 1_760_000_000_000_000;

fn read(file: &[u8]) -> Result<Vec<Said>, String> {
    let zone = || TimeZone::get("Europe/Paris").unwrap();
    let wrong = Table::open(Cursor::new(file), zone(), NOW).map_err(|wrong| wrong.to_string())?.check();
    if !wrong.is_empty() {
        return Err(wrong.to_string());
    }
    let mut table = Table::open(Cursor::new(file), zone(), NOW).unwrap();
    Ok(std::iter::from_fn(|| table.next()).collect())
}

#[test]
fn a_table_as_a_spreadsheet_writes_it_is_read() {
    let file = "\u{FEFF}id;sent_at;text;author_handle;direction;conversation\r\n\
        1;2024-05-01 14:06;\"Bonjour ; \"\"ça va\"\" ?\r\nÀ bientôt 🦉\";@lea;in;c\r\n\
        2;2024-05-01T12:30:00Z;Oui;;out;c\r\n";
    let said = read(file.as_bytes()).unwrap();
    assert_eq!(said.len(), 2);
    assert_eq!(said[0].text, "Bonjour ; \"ça va\" ?\r\nÀ bientôt 🦉");
    assert_eq!(said[0].sent_at, 1_714_565_160_000_000);
    assert_eq!(said[0].author.as_ref().unwrap().handle, "lea");
    assert_eq!((said[1].direction, said[1].thread.as_str()), (Direction::Out, "c"));
    assert_eq!(said[1].sent_at, 1_714_566_600_000_000);
}

#[test]
fn commas_and_tabs_separate_too() {
    for separator in [",", "\t"] {
        let file = "id;sent_at;text\n1;2024-05-01 14:06;a\n".replace(';', separator);
        assert_eq!(read(file.as_bytes()).unwrap()[0].text, "a");
    }
}

#[test]
fn every_wrong_row_is_named_by_line_and_column() {
    let file = b"id,sent_at,text,direction,url\n\
        1,2024-05-01 14:06,\"two\nlines\",in,\n\
        2,yesterday,b,sideways,\n\
        3,2024-05-01 14:06,\xff\xfe,in,\n\
        ,2099-01-01T00:00:00Z,c,in,javascript:alert(1)\n\
        5,2024-05-01 14:06\n";
    let said = read(file).unwrap_err();
    for wanted in [
        "nothing was imported",
        "line 4, column sent_at: “yesterday” is no time",
        "line 4, column direction: “sideways” is neither in nor out",
        "line 5, column text: isn't UTF-8",
        "line 6, column id: is empty",
        "line 6, column sent_at: “2099-01-01T00:00:00Z” is still to come",
        "line 6, column url",
        "line 7: the row has 2 values, the header 5 columns",
    ] {
        assert!(said.contains(wanted), "{wanted}\n{said}");
    }
}

#[test]
fn a_thousand_wrong_rows_make_a_short_report() {
    let file = format!("id,sent_at,text\n{}", "1,x,y\n".repeat(1_000));
    let said = read(file.as_bytes()).unwrap_err();
    assert!(said.ends_with("and 950 more"), "{said}");
}

#[test]
fn a_header_that_isnt_one_is_refused() {
    for (file, wanted) in [
        (b"".to_vec(), "column “id” is missing"),
        (b"id,text\n1,a\n".to_vec(), "column “sent_at” is missing"),
        (b"id,sent_at,text,nom\n".to_vec(), "unknown column “nom”"),
        (b"id,id,sent_at,text\n".to_vec(), "column “id” is there twice"),
        ("a,".repeat(1_000_000).into_bytes(), "the header has 1000001 columns"),
        (b"\xff\xfei\0d\0".to_vec(), "UTF-16"),
        (vec![0; 5_000], "unknown column"),
    ] {
        let said = read(&file).unwrap_err();
        assert!(said.contains(wanted) && said.contains("line 1"), "{wanted}: {said}");
    }
}

#[test]
fn a_row_of_a_million_values_and_a_value_of_megabytes_are_refused() {
    let wide = format!("id,sent_at,text\n{}\n", "a,".repeat(1_000_000));
    assert!(read(wide.as_bytes()).unwrap_err().contains("line 2: the row has 1000001 values"));
    let long = format!("id,sent_at,text\n1,2024-05-01 14:06,{}\n", "a".repeat(LONGEST + 1));
    assert!(read(long.as_bytes()).unwrap_err().contains("line 2, column text: is 1048577 bytes long"));
    let open = format!("id,sent_at,text\n1,2024-05-01 14:06,\"{}", "a\n".repeat(1_000_000));
    assert!(read(open.as_bytes()).unwrap_err().contains("line 2, column text"));
}
