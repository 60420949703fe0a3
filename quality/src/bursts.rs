//! `evaluate bursts`
pub mod nab;
use std::{fs, path::Path};
use anyhow::{Context as _, Result};
use parvis_listen::burst::{Detector, Sensitivity, Tuning};

pub struct Series { pub name: String, pub at: Vec<i64>, pub text: Vec<String>, pub values: Vec<f64>, pub windows: Vec<(usize, usize)> }

pub fn load(data: &Path) -> Result<Vec<Series>> {
    let folder = data.join("nab-realtweets");
    let windows: std::collections::BTreeMap<String, Vec<(String, String)>> = serde_json::from_slice(&fs::read(folder.join("combined_windows.json"))?)?;
    let mut all = Vec::new();
    for (name, spans) in windows {
        let file = name.rsplit('/').next().context("name")?;
        let mut s = Series { name: file.trim_start_matches("Twitter_volume_").trim_end_matches(".csv").into(), at: vec![], text: vec![], values: vec![], windows: vec![] };
        for line in fs::read_to_string(folder.join(file))?.lines().skip(1) {
            let (at, value) = line.split_once(',').context("line")?;
            let t: jiff::civil::DateTime = at.parse()?;
            s.at.push(t.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp().as_microsecond());
            s.text.push(at.into());
            s.values.push(value.parse()?);
        }
        for (a, b) in spans {
            let a = s.text.iter().position(|x| x.as_str() >= &a[..19]).context("w")?;
            let b = s.text.iter().rposition(|x| x.as_str() <= &b[..19]).context("w")?;
            s.windows.push((a, b));
        }
        all.push(s);
    }
    Ok(all)
}

pub fn run(args: &[String]) -> Result<()> {
    let all = load(Path::new("/work/shared/data"))?;
    let mut t = Tuning::default();
    let mut verbose = 0;
    for a in args {
        if a == "-v" { verbose = 1; continue }
        if a == "-d" { verbose = 2; continue }
        let (k, v) = a.split_once('=').context("k=v")?;
        set(&mut t, k, v.parse()?);
    }
    let mut total = nab::Outcome::default();
    for s in &all {
        let mut d = Detector::tuned(300_000_000, Sensitivity::Balanced, t.clone());
        let r: Vec<_> = s.at.iter().zip(&s.values).map(|(a, v)| d.push(*a, Some(*v), 1.0)).collect();
        let det: Vec<bool> = r.iter().map(|r| r.alert).collect();
        let o = nab::judge(&det, &s.windows);
        let inband = s.values.iter().zip(&r).skip(750).filter(|(v, r)| **v > r.expected_high).count() as f64 / s.values.len() as f64;
        println!("{} hit {}/{} at {:?} fa {} above {:.4} std {:.1} low {:.1}", s.name, o.hit(), o.windows.len(), o.windows.iter().map(|w| w.map(|w| (w*100.0).round())).collect::<Vec<_>>(), o.false_alarms.len(), inband, o.score(&nab::PROFILES[0]), o.score(&nab::PROFILES[1]));
        if verbose > 0 {
            for (i, x) in r.iter().enumerate().filter(|(i, r)| *i >= 750 && (r.alert || verbose == 2 && r.score > 0.3)) {
                let w = s.windows.iter().position(|w| (w.0..=w.1).contains(&i));
                println!("   {} v {} exp {:.1} [{:.1} {:.1}] days {:.1} ratio {:.1} h {} {}", s.text[i], s.values[i], x.expected, x.expected_low, x.expected_high, x.return_days, x.ratio, x.horizon, w.map_or(String::from("FALSE"), |w| format!("window {w}")));
            }
        }
        total.add(&o);
    }
    println!("TOTAL hit {}/16 fa {} std {:.2} lowFP {:.2} lowFN {:.2}", total.hit(), total.false_alarms.len(), total.score(&nab::PROFILES[0]), total.score(&nab::PROFILES[1]), total.score(&nab::PROFILES[2]));
    Ok(())
}

fn set(t: &mut Tuning, k: &str, v: f64) {
    match k {
        "days" => t.days = v, "level" => t.level_days = v, "dprior" => t.day_prior = v, "wprior" => t.week_prior = v, "doubt" => t.doubt = v,
        "spread" => t.spread = v, "sdays" => t.spread_days = v, "from" => t.tail_from = v, "mean" => t.tail_mean = v, "tprior" => t.tail_prior = v, "rate" => t.tail_rate = v, "calm" => t.calm_hours = v,
        "ratio" => t.least_ratio = v, "count" => t.least_count = v, "again" => t.again = v, "clip" => t.clip = v,
        "h0" => t.horizons[0] = v, "h1" => t.horizons[1] = v, "h2" => t.horizons[2] = v, "h3" => t.horizons[3] = v,
        _ => panic!("{k}"),
    }
}

fn total(all: &[Series], t: &Tuning) -> nab::Outcome {
    let mut total = nab::Outcome::default();
    for s in all {
        let mut d = Detector::tuned(300_000_000, Sensitivity::Balanced, t.clone());
        let det: Vec<bool> = s.at.iter().zip(&s.values).map(|(a, v)| d.push(*a, Some(*v), 1.0).alert).collect();
        total.add(&nab::judge(&det, &s.windows));
    }
    total
}

pub fn sweep(n: usize, wide: f64, args: &[String]) -> Result<()> {
    let all = load(Path::new("/work/shared/data"))?;
    let mut base = Tuning::default();
    let keys = ["days","level","dprior","wprior","doubt","spread","sdays","from","mean","tprior","rate","calm","ratio","count","again","clip","h1","h2","h3"];
    let get = |t: &Tuning, k: &str| match k { "days"=>t.days,"level"=>t.level_days,"dprior"=>t.day_prior,"wprior"=>t.week_prior,"doubt"=>t.doubt,"spread"=>t.spread,"sdays"=>t.spread_days,"from"=>t.tail_from,"mean"=>t.tail_mean,"tprior"=>t.tail_prior,"rate"=>t.tail_rate,"calm"=>t.calm_hours,"ratio"=>t.least_ratio,"count"=>t.least_count,"again"=>t.again,"clip"=>t.clip,"h0"=>t.horizons[0],"h1"=>t.horizons[1],"h2"=>t.horizons[2],"h3"=>t.horizons[3],_=>0.0 };
    for a in args { let (k, v) = a.split_once('=').context("k=v")?; set(&mut base, k, v.parse()?); }
    let mut seed = 12345u64;
    let mut rnd = || { seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17; (seed >> 11) as f64 / (1u64 << 53) as f64 };
    let mut res = vec![];
    for _ in 0..n {
        let mut t = base.clone();
        for k in keys { let f = ((rnd() * 2.0 - 1.0) * wide.ln()).exp(); let v = get(&t, k) * f; set(&mut t, k, v); }
        let o = total(&all, &t);
        res.push((o.score(&nab::PROFILES[0]), o.score(&nab::PROFILES[1]), o.hit(), o.false_alarms.len(), t));
    }
    res.sort_by(|a, b| b.1.total_cmp(&a.1));
    let q = |p: f64, i: usize| { let mut v: Vec<f64> = res.iter().map(|r| if i == 0 { r.0 } else { r.1 }).collect(); v.sort_by(f64::total_cmp); v[((v.len() - 1) as f64 * p) as usize] };
    println!("std q10 {:.1} median {:.1} q90 {:.1} | low q10 {:.1} median {:.1} q90 {:.1} max {:.1}", q(0.1,0), q(0.5,0), q(0.9,0), q(0.1,1), q(0.5,1), q(0.9,1), q(1.0,1));
    let top = n / 10;
    for k in keys {
        let mut all: Vec<f64> = res.iter().take(top).map(|r| get(&r.4, k)).collect(); all.sort_by(f64::total_cmp);
        let mean = |lo: bool| { let b = get(&base, k); let v: Vec<f64> = res.iter().filter(|r| (get(&r.4, k) < b) == lo).map(|r| r.0 + r.1).collect(); v.iter().sum::<f64>() / v.len() as f64 / 2.0 };
        println!("{k}: base {:.2} top10% q25 {:.2} median {:.2} q75 {:.2}   mean below {:.1} above {:.1}", get(&base, k), all[top/4], all[top/2], all[top*3/4], mean(true), mean(false));
    }
    for r in res.iter().take(4) { println!("{:.1} {:.1} hit {} fa {}: {}", r.0, r.1, r.2, r.3, keys.iter().map(|k| format!("{k}={:.3}", get(&r.4, k))).collect::<Vec<_>>().join(" ")); }
    Ok(())
}

pub fn peaks() -> Result<()> {
    use parvis_listen::burst::{spread::Horizon, usual::Usual};
    let all = load(Path::new("/work/shared/data"))?;
    let mut t = Tuning::default();
    t.clip = 2.0;
    for s in &all {
        println!("{}", s.name);
        for (name, lens, p) in [("1,4,16,96 max", vec![1.0, 4.0, 16.0, 96.0], 50.0), ("1,4,16,96 l1", vec![1.0, 4.0, 16.0, 96.0], 1.0), ("l2", vec![1.0, 4.0, 16.0, 96.0], 2.0),("l4", vec![1.0, 4.0, 16.0, 96.0], 4.0), ("2,12,72 l1", vec![2.0, 12.0, 72.0], 1.0), ("3,12,48,192 l2", vec![3.0, 12.0, 48.0, 192.0], 2.0), ("6,24,96 l1", vec![6.0, 24.0, 96.0], 1.0)] {
            let mut u = Usual::new(1.0 / 12.0, &t);
            let mut first = Horizon::new(1.0, 1.0 / 12.0, &t);
            let mut hs: Vec<_> = lens.iter().map(|l| Horizon::new(*l, 1.0 / 12.0, &t)).collect();
            let mut cl: Vec<(f64, usize, usize)> = vec![];
            for (i, (a, v)) in s.at.iter().zip(&s.values).enumerate() {
                let e = u.at(*a);
                first.push(*v, &e, 1.0);
                let f = (hs.iter_mut().map(|h| h.push(*v, &e, 1.0).far.max(0.0).powf(p)).sum::<f64>()/lens.len() as f64).powf(1.0/p);
                u.learn(*a, first.clipped(*v, &e, t.clip));
                if i < 750 { continue }
                match cl.last_mut() {
                    Some(c) if i - c.2 <= 72 => if f > 2.0 { c.2 = i; if f > c.0 { c.0 = f; c.1 = i } },
                    _ => if f > 2.0 { cl.push((f, i, i)) },
                }
            }
            cl.sort_by(|a, b| b.0.total_cmp(&a.0));
            println!("  {name}: {}", cl.iter().take(14).map(|c| { let w = s.windows.iter().position(|w| (w.0..=w.1).contains(&c.1)); format!("{:.1}{}", c.0, w.map_or(String::new(), |w| format!("*{w}"))) }).collect::<Vec<_>>().join(" "));
        }
    }
    Ok(())
}
